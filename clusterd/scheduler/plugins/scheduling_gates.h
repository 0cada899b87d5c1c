#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// A pod is not tried while it has scheduling gates.
class SchedulingGates final : public PreEnqueuePlugin {
public:
    std::string_view name() const override { return "SchedulingGates"; }
    /// Only a change of the pod itself.
    ClusterEvents wakingEvents() const override { return 0; }
    Filtered preEnqueue(const PodInfo &pod) const override;
};

} // namespace coracle::scheduler
