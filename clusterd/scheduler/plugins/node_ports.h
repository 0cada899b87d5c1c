#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Two pods can't have the same port of a node.
class NodePorts final : public PreFilterPlugin, public FilterPlugin {
public:
    std::string_view name() const override { return "NodePorts"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
