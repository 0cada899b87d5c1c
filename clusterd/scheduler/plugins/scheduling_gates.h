#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// A pod is not tried while it has scheduling gates.
class SchedulingGates final : public PreEnqueuePlugin {
public:
    std::string_view name() const override { return "SchedulingGates"; }
    /// Only a change of the pod itself.
    std::vector<EventInterest> eventsToRegister() const override;
    Filtered preEnqueue(const PodInfo &pod) const override;
};

} // namespace coracle::scheduler
