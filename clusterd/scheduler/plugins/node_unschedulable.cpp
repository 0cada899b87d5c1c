#include "clusterd/scheduler/plugins/node_unschedulable.h"

namespace coracle::scheduler {

Filtered NodeUnschedulable::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (!node.unschedulable())
        return std::nullopt;
    for (const PodToleration &toleration : pod.demands->tolerations)
        if (toleration.tolerates("node.kubernetes.io/unschedulable", "", "NoSchedule"))
            return std::nullopt;
    return Rejection{{"node(s) were unschedulable"}, false};
}

} // namespace coracle::scheduler
