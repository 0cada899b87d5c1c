#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <numeric>

namespace coracle::scheduler {

namespace {

/// How evenly resources are used: the standard deviation of the parts in use.
class Balance {
public:
    void add(int64_t requested, int64_t allocatable) {
        m_fractions.push_back(std::min(1.0, static_cast<double>(requested) / static_cast<double>(allocatable)));
    }
    /// From kScoreMax / 2 to kScoreMax.
    int64_t score() const { return static_cast<int64_t>((1 - deviation()) * static_cast<double>(kScoreMax)); }

private:
    double deviation() const {
        const auto count = static_cast<double>(m_fractions.size());
        if (m_fractions.size() < 2)
            return 0;
        if (m_fractions.size() == 2)
            return std::abs(m_fractions[0] - m_fractions[1]) / 2;
        const double mean = std::accumulate(m_fractions.begin(), m_fractions.end(), 0.0) / count;
        double squares = 0;
        for (const double fraction : m_fractions)
            squares += (fraction - mean) * (fraction - mean);
        return std::sqrt(squares / count);
    }

    boost::container::small_vector<double, 4> m_fractions;
};

} // namespace

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
    // A pod that asks for none of them changes no balance.
    return std::any_of(m_arguments.resources.begin(), m_arguments.resources.end(), [&](const ScoredResource &resource) {
        return requestOf(pod, resource.name, Amounts::Requested) != 0;
    });
}

int64_t NodeResourcesBalancedAllocation::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    Balance with, without;
    for (const ScoredResource &resource : m_arguments.resources) {
        const auto [allocatable, requested] = allocatableAndRequested(node, pod, resource.name, Amounts::Requested);
        if (allocatable == 0)
            continue;
        with.add(requested, allocatable);
        without.add(requested - requestOf(pod, resource.name, Amounts::Requested), allocatable);
    }
    // What counts is the change: 75 when the balance stays as it is.
    constexpr int64_t kHalf = kScoreMax / 2;
    return kHalf + (kHalf + with.score() - without.score()) / 2;
}

} // namespace coracle::scheduler
