#include "clusterd/scheduler/plugins/node_ports.h"

namespace coracle::scheduler {

std::vector<EventInterest> NodePorts::eventsToRegister() const {
    auto freesAPort = [](const PodInfo &waiting, const ClusterChange &change) {
        for (const HostPort &freed : change.podBefore->hostPorts)
            for (const HostPort &wanted : waiting.hostPorts)
                if (wanted.conflicts(freed))
                    return Hint::Queue;
        return Hint::Skip;
    };
    return {{{EventResource::Node, kAdd}}, {{EventResource::Pod, kDelete}, freesAPort}};
}

PreFilterPlugin::Outcome NodePorts::preFilter(CycleState &, const PodInfo &pod, const Cache &) const {
    return {.skip = pod.hostPorts.empty()};
}

Filtered NodePorts::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    for (const HostPort &port : pod.hostPorts)
        if (node.portTaken(port))
            return Rejection{.reasons = {"node(s) didn't have free ports for the requested pod ports"}};
    return std::nullopt;
}

} // namespace coracle::scheduler
