#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Prefers nodes where CPU and memory are used to the same degree, so that neither is left over alone.
class NodeResourcesBalancedAllocation final : public PreScorePlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "NodeResourcesBalancedAllocation"; }
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
