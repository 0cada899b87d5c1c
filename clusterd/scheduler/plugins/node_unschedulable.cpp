#include "clusterd/scheduler/plugins/node_unschedulable.h"

#include "core/api/tolerations.h"

namespace coracle::scheduler {

namespace {
const NodeTaint kUnschedulable{"node.kubernetes.io/unschedulable", "", "NoSchedule"};
}

std::vector<EventInterest> NodeUnschedulable::eventsToRegister() const {
    return {{{EventResource::Node, kAdd | kUpdateNodeTaint}}, {{EventResource::Pod, kUpdatePodToleration}}};
}

Filtered NodeUnschedulable::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (!node.unschedulable())
        return std::nullopt;
    for (const PodToleration &toleration : pod.demands->tolerations)
        if (api::tolerates(toleration, kUnschedulable))
            return std::nullopt;
    return Rejection{.reasons = {"node(s) were unschedulable"}, .resolvable = false};
}

} // namespace coracle::scheduler
