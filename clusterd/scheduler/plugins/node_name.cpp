#include "clusterd/scheduler/plugins/node_name.h"

namespace coracle::scheduler {

PreFilterPlugin::Outcome NodeName::preFilter(CycleState &, const PodInfo &pod, const Cache &) const {
    return {.skip = pod.node.empty()};
}

Filtered NodeName::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (pod.node.empty() || pod.node == node.name())
        return std::nullopt;
    return Rejection{.reasons = {"node(s) didn't match the requested node name"}, .resolvable = false};
}

} // namespace coracle::scheduler
