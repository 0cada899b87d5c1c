#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// A pod that names its node goes nowhere else.
class NodeName final : public PreFilterPlugin, public FilterPlugin {
public:
    std::string_view name() const override { return "NodeName"; }
    std::vector<EventInterest> eventsToRegister() const override { return {{{EventResource::Node, kAdd}}}; }
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
