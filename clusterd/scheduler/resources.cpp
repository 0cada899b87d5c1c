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

Resources containerRequests(const corev1::Container &container, const std::vector<corev1::ContainerStatus> &statuses,
                            Missing missing, const Amounts *podLevel) {
    Resources requests = toResources(container.resources.requests);
    if (const auto *status = statusOf(statuses, container.name)) {
        if (status->resources)
            requests.raiseTo(toResources(status->resources->requests));
        requests.raiseTo(toResources(status->allocatedResources));
    }
    auto asksFor = [&](const char *name) {
        return container.resources.requests.contains(name) || (podLevel && podLevel->contains(name));
    };
    if (missing == Missing::Default && !asksFor("cpu"))
        requests.milliCpu = kDefaultMilliCpu;
    if (missing == Missing::Default && !asksFor("memory"))
        requests.memory = kDefaultMemory;
    return requests;
}

Resources total(const corev1::PodSpec &spec, const corev1::PodStatus &status, Missing missing) {
    const Amounts *podLevel = spec.resources ? &spec.resources->requests : nullptr;
    Resources running, sidecars, starting;
    for (const auto &container : spec.containers)
        running += containerRequests(container, status.containerStatuses, missing, podLevel);
    for (const auto &container : spec.initContainers) {
        Resources requests = containerRequests(container, status.initContainerStatuses, missing, podLevel);
        if (container.restartPolicy == "Always") {
            running += requests;
            sidecars += requests;
            requests = sidecars;
        } else {
            requests += sidecars;
        }
        starting.raiseTo(requests);
    }
    running.raiseTo(starting);
    if (podLevel)
        for (const auto &[name, amount] : *podLevel)
            setAmount(running, name, amount);
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
