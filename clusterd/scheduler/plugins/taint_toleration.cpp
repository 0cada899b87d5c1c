#include "clusterd/scheduler/plugins/taint_toleration.h"

#include "core/api/tolerations.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

bool tolerated(const PodInfo &pod, const NodeTaint &taint) {
    const auto &tolerations = pod.demands->tolerations;
    return std::any_of(tolerations.begin(), tolerations.end(),
                       [&](const PodToleration &toleration) { return api::tolerates(toleration, taint); });
}

} // namespace

std::vector<EventInterest> TaintToleration::eventsToRegister() const {
    return {{{EventResource::Node, kAdd | kUpdateNodeTaint}}, {{EventResource::Pod, kUpdatePodToleration}}};
}

bool TaintToleration::allows(const PodInfo &pod, const NodeInfo &node) {
    return std::all_of(node.taints().begin(), node.taints().end(), [&](const NodeTaint &taint) {
        return taint.effect == "PreferNoSchedule" || tolerated(pod, taint);
    });
}

Filtered TaintToleration::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (allows(pod, node))
        return std::nullopt;
    return Rejection{.reasons = {"node(s) had untolerated taint(s)"}, .resolvable = false};
}

int64_t TaintToleration::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    return std::count_if(node.taints().begin(), node.taints().end(), [&](const NodeTaint &taint) {
        return taint.effect == "PreferNoSchedule" && !tolerated(pod, taint);
    });
}

void TaintToleration::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                                std::vector<int64_t> &scores) const {
    scaleScores(scores, ScoreOrder::SmallIsGood);
}

} // namespace coracle::scheduler
