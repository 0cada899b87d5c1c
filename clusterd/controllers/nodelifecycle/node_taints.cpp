#include "clusterd/controllers/nodelifecycle/node_taints.h"

#include "core/api/tolerations.h"

#include <algorithm>
#include <string>

namespace coracle::controllers {

namespace {

constexpr std::string_view kNoSchedule = "NoSchedule";
constexpr std::string_view kNoExecute = "NoExecute";
constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";
constexpr std::string_view kUnschedulable = "node.kubernetes.io/unschedulable";

struct Rule {
    std::string_view condition, status, key;
};
constexpr Rule kRules[] = {
    {"Ready", "False", kNotReady},
    {"Ready", "Unknown", kUnreachable},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"},
};

bool isManaged(const corev1::Taint &taint) {
    if (taint.effect == kNoExecute)
        return taint.key == kNotReady || taint.key == kUnreachable;
    if (taint.effect != kNoSchedule)
        return false;
    return taint.key == kUnschedulable ||
           std::any_of(std::begin(kRules), std::end(kRules), [&](const Rule &rule) { return rule.key == taint.key; });
}

} // namespace

const corev1::NodeCondition *findCondition(const corev1::NodeStatus &status, std::string_view type) {
    for (const corev1::NodeCondition &condition : status.conditions)
        if (condition.type == type)
            return &condition;
    return nullptr;
}

bool hasNoExecuteTaint(const corev1::Node &node) {
    return std::any_of(node.spec.taints.begin(), node.spec.taints.end(), [](const corev1::Taint &taint) {
        return taint.effect == kNoExecute && (taint.key == kNotReady || taint.key == kUnreachable);
    });
}

std::vector<corev1::Taint> wantedTaints(const corev1::Node &node, WallTime now, NoExecute noExecute) {
    const bool mayEvict = noExecute == NoExecute::Add || (noExecute == NoExecute::Keep && hasNoExecuteTaint(node));
    std::vector<corev1::Taint> taints;
    for (const corev1::Taint &taint : node.spec.taints)
        if (!isManaged(taint))
            taints.push_back(taint);
    auto add = [&](std::string_view key, std::string_view effect) {
        corev1::Taint taint;
        taint.key = key;
        taint.effect = effect;
        for (const corev1::Taint &old : node.spec.taints)
            if (old.key == key && old.effect == effect)
                taint.timeAdded = old.timeAdded;
        if (effect == kNoExecute && !taint.timeAdded)
            taint.timeAdded = api::Time(now);
        taints.push_back(std::move(taint));
    };
    for (const Rule &rule : kRules) {
        const corev1::NodeCondition *condition = findCondition(node.status, rule.condition);
        if (!condition || condition->status != rule.status)
            continue;
        add(rule.key, kNoSchedule);
        if (rule.condition == "Ready" && mayEvict)
            add(rule.key, kNoExecute);
    }
    if (node.spec.unschedulable)
        add(kUnschedulable, kNoSchedule);
    return taints;
}

std::optional<std::chrono::seconds> toleratedFor(const corev1::PodSpec &pod, const std::vector<corev1::Taint> &taints) {
    std::optional<std::chrono::seconds> least;
    for (const corev1::Taint &taint : taints) {
        if (taint.effect != kNoExecute)
            continue;
        bool tolerated = false;
        for (const corev1::Toleration &toleration : pod.tolerations) {
            if (!api::tolerates(toleration, taint))
                continue;
            tolerated = true;
            if (toleration.tolerationSeconds) {
                const std::chrono::seconds stay(std::max<int64_t>(*toleration.tolerationSeconds, 0));
                least = least ? std::min(*least, stay) : stay;
            }
        }
        if (!tolerated)
            return std::chrono::seconds(0);
    }
    return least;
}

std::optional<WallTime> taintedSince(const std::vector<corev1::Taint> &taints) {
    std::optional<WallTime> since;
    for (const corev1::Taint &taint : taints)
        if (taint.effect == kNoExecute && taint.timeAdded)
            since = since ? std::min(*since, *taint.timeAdded) : *taint.timeAdded;
    return since;
}

} // namespace coracle::controllers
