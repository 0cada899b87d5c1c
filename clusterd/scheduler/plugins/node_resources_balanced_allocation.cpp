#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"

#include <algorithm>
#include <cmath>

namespace coracle::scheduler {

bool NodeResourcesBalancedAllocation::preScore(CycleState &, const PodInfo &pod, const Cache &,
                                               const std::vector<const NodeInfo *> &) const {
    // A pod that asks for nothing changes no balance.
    return !pod.bestEffort();
}

int64_t NodeResourcesBalancedAllocation::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    const Resources &has = node.allocatable(), &used = node.requested();
    if (has.milliCpu == 0 || has.memory == 0)
        return kScoreMax;
    auto fraction = [](int64_t requested, int64_t allocatable) {
        return std::min(1.0, static_cast<double>(requested) / static_cast<double>(allocatable));
    };
    // The standard deviation of two values is half of their distance.
    const double deviation = std::abs(fraction(used.milliCpu + pod.requests.milliCpu, has.milliCpu) -
                                      fraction(used.memory + pod.requests.memory, has.memory)) /
                             2;
    return static_cast<int64_t>((1 - deviation) * static_cast<double>(kScoreMax));
}

} // namespace coracle::scheduler
