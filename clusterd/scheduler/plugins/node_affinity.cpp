#include "clusterd/scheduler/plugins/node_affinity.h"

#include "clusterd/scheduler/strict_object.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <algorithm>
#include <set>

namespace coracle::scheduler {

Result<NodeAffinity::Arguments> NodeAffinity::Arguments::parse(const boost::json::value &value) {
    Arguments arguments;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "NodeAffinityArgs");
    auto read = [&](const boost::json::value &added, const std::string &) -> Result<> {
        TRY(const corev1::NodeAffinity affinity, api::decode<corev1::NodeAffinity>(added));
        if (const auto &required = affinity.requiredDuringSchedulingIgnoredDuringExecution) {
            arguments.hasRequired = true;
            for (const auto &term : required->nodeSelectorTerms)
                arguments.required.emplace_back(term);
        }
        for (const auto &preferred : affinity.preferredDuringSchedulingIgnoredDuringExecution)
            arguments.preferred.push_back({preferred.weight, NodeTerm(preferred.preference)});
        return {};
    };
    object.object("addedAffinity", read);
    CHECK(object.finish());
    return arguments;
}

std::vector<EventInterest> NodeAffinity::eventsToRegister() const {
    auto nowAllowed = [](const PodInfo &waiting, const ClusterChange &change) {
        const bool before = change.before && allows(*waiting.demands, *change.before);
        return !before && allows(*waiting.demands, *change.after) ? Hint::Queue : Hint::Skip;
    };
    return {{{EventResource::Node, kAdd | kUpdateNodeLabel}, nowAllowed}};
}

bool NodeAffinity::allows(const PodDemands &demands, const api::Object &node) {
    for (const auto &[key, value] : demands.nodeSelector)
        if (node.label(key) != value)
            return false;
    if (!demands.hasRequiredTerms)
        return true;
    return std::any_of(demands.requiredTerms.begin(), demands.requiredTerms.end(),
                       [&](const NodeTerm &term) { return term.matches(node); });
}

PreFilterPlugin::Outcome NodeAffinity::preFilter(CycleState &, const PodInfo &pod, const Cache &) const {
    const PodDemands &demands = *pod.demands;
    Outcome outcome;
    outcome.skip = demands.nodeSelector.empty() && !demands.hasRequiredTerms && !m_arguments.hasRequired;
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
    const auto matches = [&](const NodeTerm &term) { return term.matches(*node.object()); };
    if (m_arguments.hasRequired && std::none_of(m_arguments.required.begin(), m_arguments.required.end(), matches))
        return Rejection{.reasons = {"node(s) didn't match scheduler-enforced node affinity"}, .resolvable = false};
    if (allows(*pod.demands, *node.object()))
        return std::nullopt;
    return Rejection{.reasons = {"node(s) didn't match Pod's node affinity/selector"}, .resolvable = false};
}

bool NodeAffinity::preScore(CycleState &, const PodInfo &pod, const Cache &,
                            const std::vector<const NodeInfo *> &) const {
    return !pod.demands->preferredTerms.empty() || !m_arguments.preferred.empty();
}

int64_t NodeAffinity::score(const CycleState &, const PodInfo &pod, const NodeInfo &node) const {
    int64_t sum = 0;
    for (const auto *terms : {&m_arguments.preferred, &pod.demands->preferredTerms})
        for (const PreferredNodeTerm &preferred : *terms)
            if (preferred.term.matches(*node.object()))
                sum += preferred.weight;
    return sum;
}

void NodeAffinity::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                             std::vector<int64_t> &scores) const {
    scaleScores(scores, ScoreOrder::LargeIsGood);
}

} // namespace coracle::scheduler
