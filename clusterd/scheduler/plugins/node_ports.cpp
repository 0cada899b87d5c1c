#include "clusterd/scheduler/plugins/node_ports.h"

namespace coracle::scheduler {

PreFilterPlugin::Outcome NodePorts::preFilter(CycleState &, const PodInfo &pod, const Cache &) const {
    return {.skip = pod.hostPorts.empty()};
}

Filtered NodePorts::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    for (const HostPort &port : pod.hostPorts)
        if (node.portTaken(port))
            return Rejection{{"node(s) didn't have free ports for the requested pod ports"}, true};
    return std::nullopt;
}

} // namespace coracle::scheduler
