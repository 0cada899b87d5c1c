#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Pods that want, or don't want, to be in one topology domain with others; also what the others want of this one.
class InterPodAffinity final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "InterPodAffinity"; }
    ClusterEvents wakingEvents() const override {
        return kNodeAdded | kNodeLabelsChanged | kPodPlaced | kPodLabelsChanged | kPodRemoved | kNamespaceChanged;
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
