#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Keeps pods from nodes with taints that they don't tolerate, and prefers nodes with few of the softer ones.
class TaintToleration final : public FilterPlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "TaintToleration"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;

    /// Whether the pod tolerates all taints that keep pods away (NoSchedule, NoExecute).
    static bool allows(const PodInfo &pod, const NodeInfo &node);
};

} // namespace coracle::scheduler
