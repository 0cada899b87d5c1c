#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"

#include <algorithm>
#include <cmath>

namespace coracle::scheduler {

Result<NodeResourcesBalancedAllocation::Arguments>
NodeResourcesBalancedAllocation::Arguments::parse(const boost::json::value &value) {
    Arguments arguments;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "NodeResourcesBalancedAllocationArgs");
    readScoredResources(object, arguments.resources);
    CHECK(object.finish());
    return arguments;
}

bool NodeResourcesBalancedAllocation::preScore(CycleState &, const PodInfo &pod, const Cache &,
                                               const std::vector<const NodeInfo *> &) const {
    // A pod that asks for nothing changes no balance.
    return !pod.bestEffort();
}

int64_t NodeResourcesBalancedAllocation::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    double sum = 0, squares = 0, first = 0;
    int count = 0;
    for (const ScoredResource &resource : m_arguments.resources) {
        const auto [allocatable, requested] = allocatableAndRequested(node, pod, resource.name, Amounts::Requested);
        if (allocatable == 0)
            continue;
        const double fraction = std::min(1.0, static_cast<double>(requested) / static_cast<double>(allocatable));
        first = count++ == 0 ? fraction : first;
        sum += fraction;
        squares += fraction * fraction;
    }
    double deviation = 0;
    if (count == 2) // half of their distance
        deviation = std::abs(2 * first - sum) / 2;
    else if (count > 2)
        deviation = std::sqrt(std::max(0.0, squares / count - (sum / count) * (sum / count)));
    return static_cast<int64_t>((1 - deviation) * static_cast<double>(kScoreMax));
}

} // namespace coracle::scheduler
