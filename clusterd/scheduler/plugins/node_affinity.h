#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// nodeSelector and node affinity, required and preferred.
class NodeAffinity final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "NodeAffinity"; }
    ClusterEvents wakingEvents() const override { return kNodeAdded | kNodeLabelsChanged; }
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;

    /// Whether the required rules allow the node.
    static bool allows(const PodInfo &pod, const NodeInfo &node);
};

} // namespace coracle::scheduler
