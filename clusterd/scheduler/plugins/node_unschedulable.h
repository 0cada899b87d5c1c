#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Keeps pods from cordoned nodes, unless they tolerate the taint that stands for it.
class NodeUnschedulable final : public FilterPlugin {
public:
    std::string_view name() const override { return "NodeUnschedulable"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
