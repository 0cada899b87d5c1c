#include "clusterd/scheduler/plugins/node_unschedulable.h"

namespace coracle::scheduler {

std::vector<EventInterest> NodeUnschedulable::eventsToRegister() const {
    return {{{EventResource::Node, kAdd | kUpdateNodeTaint}}, {{EventResource::Pod, kUpdatePodToleration}}};
}

Filtered NodeUnschedulable::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (!node.unschedulable())
        return std::nullopt;
    for (const PodToleration &toleration : pod.demands->tolerations)
        if (toleration.tolerates("node.kubernetes.io/unschedulable", "", "NoSchedule"))
            return std::nullopt;
    return Rejection{.reasons = {"node(s) were unschedulable"}, .resolvable = false};
}

} // namespace coracle::scheduler
