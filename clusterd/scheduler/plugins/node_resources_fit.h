#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// The node must have what the pod asks for left over; nodes with much left are preferred (LeastAllocated).
class NodeResourcesFit final : public FilterPlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "NodeResourcesFit"; }
    ClusterEvents wakingEvents() const override {
        return kNodeAdded | kNodeResourcesChanged | kPodRemoved | kPodResourcesChanged;
    }
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
