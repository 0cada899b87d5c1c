#include "clusterd/scheduler/plugins/node_resources_fit.h"

namespace coracle::scheduler {

namespace {

/// The share of a resource that stays free, from 0 to kScoreMax.
int64_t freeScore(int64_t allocatable, int64_t requested) {
    return requested > allocatable ? 0 : (allocatable - requested) * kScoreMax / allocatable;
}

} // namespace

Filtered NodeResourcesFit::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    const Resources &has = node.allocatable(), &used = node.requested(), &wants = pod.requests;
    Rejection rejection;
    if (static_cast<int64_t>(node.pods().size()) + 1 > has.pods)
        rejection.reasons.push_back("Too many pods");
    auto check = [&](std::string_view resource, int64_t wanted, int64_t allocatable, int64_t requested) {
        if (wanted == 0 || wanted <= allocatable - requested)
            return;
        rejection.reasons.push_back("Insufficient " + std::string(resource));
        // Even an empty node would be too small.
        if (wanted > allocatable)
            rejection.resolvable = false;
    };
    check("cpu", wants.milliCpu, has.milliCpu, used.milliCpu);
    check("memory", wants.memory, has.memory, used.memory);
    check("ephemeral-storage", wants.ephemeralStorage, has.ephemeralStorage, used.ephemeralStorage);
    for (const auto &[resource, wanted] : wants.scalars)
        check(resource, wanted, has.scalar(resource), used.scalar(resource));
    if (rejection.reasons.empty())
        return std::nullopt;
    return rejection;
}

int64_t NodeResourcesFit::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    const Resources &has = node.allocatable(), &used = node.scoringRequested(), &wants = pod.scoringRequests;
    int64_t sum = 0, weights = 0;
    auto add = [&](int64_t allocatable, int64_t requested) {
        if (allocatable == 0)
            return;
        sum += freeScore(allocatable, requested);
        ++weights;
    };
    add(has.milliCpu, used.milliCpu + wants.milliCpu);
    add(has.memory, used.memory + wants.memory);
    return weights == 0 ? 0 : sum / weights;
}

} // namespace coracle::scheduler
