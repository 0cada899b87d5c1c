#include "clusterd/scheduler/plugins/node_affinity.h"

#include <algorithm>
#include <set>

namespace coracle::scheduler {

bool NodeAffinity::allows(const PodInfo &pod, const NodeInfo &node) {
    const PodDemands &demands = *pod.demands;
    for (const auto &[key, value] : demands.nodeSelector)
        if (node.label(key) != value)
            return false;
    if (!demands.hasRequiredTerms)
        return true;
    return std::any_of(demands.requiredTerms.begin(), demands.requiredTerms.end(),
                       [&](const NodeTerm &term) { return term.matches(*node.object()); });
}

PreFilterPlugin::Outcome NodeAffinity::preFilter(CycleState &, const PodInfo &pod, const Cache &) const {
    const PodDemands &demands = *pod.demands;
    Outcome outcome;
    outcome.skip = demands.nodeSelector.empty() && !demands.hasRequiredTerms;
    if (demands.requiredTerms.empty())
        return outcome;
    // When every alternative names its nodes, as those of daemon set pods do, the others needn't be looked at.
    std::set<std::string> named;
    for (const NodeTerm &term : demands.requiredTerms) {
        const auto *names = term.names();
        if (!names)
            return outcome;
        named.insert(names->begin(), names->end());
    }
    outcome.nodes = std::vector<std::string>(named.begin(), named.end());
    return outcome;
}

Filtered NodeAffinity::filter(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    if (allows(pod, node))
        return std::nullopt;
    return Rejection{{"node(s) didn't match Pod's node affinity/selector"}, false};
}

bool NodeAffinity::preScore(CycleState &, const PodInfo &pod, const Cache &,
                            const std::vector<const NodeInfo *> &) const {
    return !pod.demands->preferredTerms.empty();
}

int64_t NodeAffinity::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    int64_t sum = 0;
    for (const PreferredNodeTerm &preferred : pod.demands->preferredTerms)
        if (preferred.term.matches(*node.object()))
            sum += preferred.weight;
    return sum;
}

void NodeAffinity::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                             std::vector<int64_t> &scores) const {
    scaleScores(scores, ScoreOrder::LargeIsGood);
}

} // namespace coracle::scheduler
