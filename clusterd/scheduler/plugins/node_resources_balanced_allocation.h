#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/plugins/resource_scoring.h"

#include <boost/json/fwd.hpp>

namespace coracle::scheduler {

/// Prefers nodes on which the pod makes the use of CPU and memory (or other resources) more even: the score compares
/// how far apart the parts in use are with the pod and without it.
class NodeResourcesBalancedAllocation final : public PreScorePlugin, public ScorePlugin {
public:
    /// NodeResourcesBalancedAllocationArgs.
    struct Arguments {
        std::vector<ScoredResource> resources = defaultScoredResources();
        static Result<Arguments> parse(const boost::json::value &arguments);
    };

    NodeResourcesBalancedAllocation() : NodeResourcesBalancedAllocation(Arguments()) {}
    explicit NodeResourcesBalancedAllocation(Arguments arguments) : m_arguments(std::move(arguments)) {}

    std::string_view name() const override { return "NodeResourcesBalancedAllocation"; }
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;

private:
    const Arguments m_arguments;
};

} // namespace coracle::scheduler
