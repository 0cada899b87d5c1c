#include "clusterd/scheduler/resources.h"

#include "core/api/types/core_v1.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

using Amounts = std::map<std::string, api::Quantity, std::less<>>;

constexpr int64_t kDefaultMilliCpu = 100;
constexpr int64_t kDefaultMemory = 200ll << 20;

enum class Missing { Zero, Default };

int64_t &scalarOf(Resources &resources, std::string_view name) {
    auto &scalars = resources.scalars;
    auto at = std::lower_bound(scalars.begin(), scalars.end(), name,
                               [](const auto &entry, std::string_view wanted) { return entry.first < wanted; });
    if (at == scalars.end() || at->first != name)
        at = scalars.insert(at, {std::string(name), 0});
    return at->second;
}

void setAmount(Resources &resources, std::string_view name, const api::Quantity &amount) {
    if (name == "cpu")
        resources.milliCpu = amount.milliValue();
    else if (name == "memory")
        resources.memory = amount.value();
    else if (name == "ephemeral-storage")
        resources.ephemeralStorage = amount.value();
    else if (name == "pods")
        resources.pods = amount.value();
    else
        scalarOf(resources, name) = amount.value();
}

void copyAmount(Resources &resources, std::string_view name, const Resources &from) {
    if (name == "cpu")
        resources.milliCpu = from.milliCpu;
    else if (name == "memory")
        resources.memory = from.memory;
    else
        scalarOf(resources, name) = from.scalar(name);
}

Resources toResources(const Amounts &amounts) {
    Resources resources;
    for (const auto &[name, amount] : amounts)
        setAmount(resources, name, amount);
    return resources;
}

const corev1::ContainerStatus *statusOf(const std::vector<corev1::ContainerStatus> &statuses, std::string_view name) {
    for (const auto &status : statuses)
        if (status.name == name)
            return &status;
    return nullptr;
}

/// A resize that the node can never do will not happen: what the spec asks for doesn't count.
bool resizeInfeasible(const corev1::PodStatus &status) {
    return std::any_of(status.conditions.begin(), status.conditions.end(), [](const corev1::PodCondition &condition) {
        return condition.type == corev1::kPodResizePending && condition.reason == corev1::kPodReasonInfeasible;
    });
}

/// How the amounts of a pod are counted.
struct Counting {
    Missing missing;
    const Amounts *podLevel; ///< null: the pod asks for nothing as a whole
    bool infeasible;

    /// What is asked for, and while a resize is under way also what is still held.
    Resources current(const Amounts &asked, const Amounts *actual, const Amounts &allocated) const {
        if (!actual && allocated.empty())
            return toResources(asked);
        Resources held = actual ? toResources(*actual) : Resources();
        held.raiseTo(toResources(allocated));
        if (!infeasible)
            held.raiseTo(toResources(asked));
        return held;
    }
    Resources container(const corev1::Container &container,
                        const std::vector<corev1::ContainerStatus> &statuses) const {
        const Amounts &asked = container.resources.requests;
        const auto *status = statusOf(statuses, container.name);
        Resources requests = status ? current(asked, status->resources ? &status->resources->requests : nullptr,
                                              status->allocatedResources)
                                    : toResources(asked);
        auto asksFor = [&](const char *name) { return asked.contains(name) || (podLevel && podLevel->contains(name)); };
        if (missing == Missing::Default && !asksFor("cpu"))
            requests.milliCpu = kDefaultMilliCpu;
        if (missing == Missing::Default && !asksFor("memory"))
            requests.memory = kDefaultMemory;
        return requests;
    }
};

bool podLevelCounts(std::string_view name) {
    return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

Resources total(const corev1::PodSpec &spec, const corev1::PodStatus &status, Missing missing) {
    static const std::vector<corev1::ContainerStatus> kNone; // of init containers that have ended
    const Amounts *podLevel = spec.resources ? &spec.resources->requests : nullptr;
    const Counting counting{missing, podLevel, resizeInfeasible(status)};
    Resources running, sidecars, starting;
    for (const auto &container : spec.containers)
        running += counting.container(container, status.containerStatuses);
    for (const auto &container : spec.initContainers) {
        const bool sidecar = container.restartPolicy == "Always";
        Resources requests = counting.container(container, sidecar ? status.initContainerStatuses : kNone);
        if (sidecar) {
            running += requests;
            sidecars += requests;
            requests = sidecars;
        } else {
            requests += sidecars;
        }
        starting.raiseTo(requests);
    }
    running.raiseTo(starting);
    if (podLevel) {
        const Resources whole = counting.current(*podLevel, status.resources ? &status.resources->requests : nullptr,
                                                 status.allocatedResources);
        for (const auto &[name, amount] : *podLevel)
            if (podLevelCounts(name))
                copyAmount(running, name, whole);
    }
    running += toResources(spec.overhead);
    return running;
}

} // namespace

int64_t Resources::scalar(std::string_view name) const {
    for (const auto &[key, amount] : scalars)
        if (key == name)
            return amount;
    return 0;
}

bool Resources::within(const Resources &other) const {
    return milliCpu <= other.milliCpu && memory <= other.memory && ephemeralStorage <= other.ephemeralStorage &&
           pods <= other.pods && std::all_of(scalars.begin(), scalars.end(), [&](const auto &entry) {
               return entry.second <= other.scalar(entry.first);
           });
}

void Resources::raiseTo(const Resources &other) {
    milliCpu = std::max(milliCpu, other.milliCpu);
    memory = std::max(memory, other.memory);
    ephemeralStorage = std::max(ephemeralStorage, other.ephemeralStorage);
    pods = std::max(pods, other.pods);
    for (const auto &[name, amount] : other.scalars) {
        int64_t &mine = scalarOf(*this, name);
        mine = std::max(mine, amount);
    }
}

Resources &Resources::operator+=(const Resources &other) {
    milliCpu += other.milliCpu;
    memory += other.memory;
    ephemeralStorage += other.ephemeralStorage;
    pods += other.pods;
    for (const auto &[name, amount] : other.scalars)
        scalarOf(*this, name) += amount;
    return *this;
}

Resources &Resources::operator-=(const Resources &other) {
    milliCpu -= other.milliCpu;
    memory -= other.memory;
    ephemeralStorage -= other.ephemeralStorage;
    pods -= other.pods;
    for (const auto &[name, amount] : other.scalars)
        scalarOf(*this, name) -= amount;
    return *this;
}

Resources podRequests(const corev1::PodSpec &spec, const corev1::PodStatus &status) {
    return total(spec, status, Missing::Zero);
}

Resources podRequestsForScoring(const corev1::PodSpec &spec, const corev1::PodStatus &status) {
    return total(spec, status, Missing::Default);
}

Resources nodeAllocatable(const corev1::NodeStatus &status) {
    return toResources(status.allocatable);
}

} // namespace coracle::scheduler
