#include "clusterd/scheduler/plugins/scheduling_gates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

std::vector<EventInterest> SchedulingGates::eventsToRegister() const {
    auto own = [](const PodInfo &waiting, const ClusterChange &change) {
        return change.podAfter->uid() == waiting.uid() ? Hint::Queue : Hint::Skip;
    };
    return {{{EventResource::Pod, kUpdatePodGatesEliminated}, own}};
}

Filtered SchedulingGates::preEnqueue(const PodInfo &pod) const {
    if (pod.demands->gates.empty())
        return std::nullopt;
    return Rejection{.reasons = {fmt::format("waiting for scheduling gates: [{}]", fmt::join(pod.demands->gates, " "))},
                     .resolvable = false};
}

} // namespace coracle::scheduler
