#include "clusterd/scheduler/plugins/scheduling_gates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

Filtered SchedulingGates::preEnqueue(const PodInfo &pod) const {
    if (pod.demands->gates.empty())
        return std::nullopt;
    return Rejection{{fmt::format("waiting for scheduling gates: [{}]", fmt::join(pod.demands->gates, " "))}, false};
}

} // namespace coracle::scheduler
