#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Spreads matching pods over zones, nodes or other topology domains: no domain may have more than maxSkew pods more
/// than the emptiest one; or domains with few pods are preferred.
class PodTopologySpread final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "PodTopologySpread"; }
    ClusterEvents wakingEvents() const override {
        return kNodeAdded | kNodeLabelsChanged | kNodeTaintsChanged | kNodeRemoved | kPodPlaced | kPodLabelsChanged |
               kPodRemoved;
    }
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;
};

} // namespace coracle::scheduler
