#include "clusterd/scheduler/plugins/pod_topology_spread.h"

#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/taint_toleration.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace coracle::scheduler {

namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname";

using Counts = std::unordered_map<std::string_view, int64_t>; ///< domain -> matching pods; views into node objects

/// One constraint during an attempt.
struct Spread {
    const SpreadConstraint *constraint = nullptr;
    bool matchesPod = false; ///< the selector matches the pod itself
    Counts domains;
    int64_t fewest = 0; ///< in any domain
    double weight = 0;  ///< of the score
};

/// A plug-in has one state for filtering and one for scoring.
struct State final : PluginState {
    std::vector<Spread> required, preferred;
};

bool hasKeys(const NodeInfo &node, const std::vector<Spread> &spreads) {
    return std::all_of(spreads.begin(), spreads.end(),
                       [&](const Spread &spread) { return node.label(spread.constraint->topologyKey).has_value(); });
}

/// Whether the constraint counts the node's pods (nodeAffinityPolicy, nodeTaintsPolicy).
bool counts(const SpreadConstraint &constraint, const PodInfo &pod, const NodeInfo &node) {
    return (!constraint.honorAffinity || NodeAffinity::allows(pod, node)) &&
           (!constraint.honorTaints || TaintToleration::allows(pod, node));
}

std::vector<Spread> select(const PodInfo &pod, bool required) {
    std::vector<Spread> spreads;
    for (const SpreadConstraint &constraint : pod.demands->spread)
        if (constraint.required == required)
            spreads.push_back(
                {.constraint = &constraint, .matchesPod = constraint.selector.matches(pod.object->labels())});
    return spreads;
}

void countPods(Spread &spread, const std::vector<Spread> &all, const PodInfo &pod, const Cache &cache) {
    cache.forMatching(pod.namespaceName(), spread.constraint->selector, [&](const PlacedPod &placed) {
        if (placed.pod->object->deleting() || !placed.node->exists() || !hasKeys(*placed.node, all) ||
            !counts(*spread.constraint, pod, *placed.node))
            return;
        const auto domain = spread.domains.find(*placed.node->label(spread.constraint->topologyKey));
        if (domain != spread.domains.end())
            ++domain->second;
    });
}

} // namespace

PreFilterPlugin::Outcome PodTopologySpread::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    auto spreads = std::make_unique<State>();
    spreads->required = select(pod, true);
    if (spreads->required.empty())
        return {.skip = true};
    for (Spread &spread : spreads->required) {
        for (const NodeInfo *node : cache.nodes())
            if (hasKeys(*node, spreads->required) && counts(*spread.constraint, pod, *node))
                spread.domains.try_emplace(*node->label(spread.constraint->topologyKey), 0);
        countPods(spread, spreads->required, pod, cache);
        spread.fewest = spread.domains.empty() ? 0 : std::numeric_limits<int64_t>::max();
        for (const auto &[domain, count] : spread.domains)
            spread.fewest = std::min(spread.fewest, count);
        // With fewer domains than asked for, an empty one is yet to come.
        if (static_cast<int64_t>(spread.domains.size()) < spread.constraint->minDomains)
            spread.fewest = 0;
    }
    state.set(*this, std::move(spreads));
    return {};
}

Filtered PodTopologySpread::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    for (const Spread &spread : state.get<State>(*this).required) {
        const auto domain = node.label(spread.constraint->topologyKey);
        if (!domain)
            return Rejection{{"node(s) didn't match pod topology spread constraints (missing required label)"}, false};
        const auto count = spread.domains.find(*domain);
        const int64_t pods = count == spread.domains.end() ? 0 : count->second;
        if (pods + spread.matchesPod - spread.fewest > spread.constraint->maxSkew)
            return Rejection{{"node(s) didn't match pod topology spread constraints"}, true};
    }
    return std::nullopt;
}

bool PodTopologySpread::preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                                 const std::vector<const NodeInfo *> &nodes) const {
    auto spreads = std::make_unique<State>();
    spreads->preferred = select(pod, false);
    if (spreads->preferred.empty())
        return false;
    for (Spread &spread : spreads->preferred) {
        size_t size = 0;
        for (const NodeInfo *node : nodes)
            if (hasKeys(*node, spreads->preferred)) {
                ++size;
                spread.domains.try_emplace(*node->label(spread.constraint->topologyKey), 0);
            }
        if (spread.constraint->topologyKey != kHostname)
            size = spread.domains.size();
        // With many domains a difference of one pod means more.
        spread.weight = std::log(static_cast<double>(size + 2));
        countPods(spread, spreads->preferred, pod, cache);
    }
    state.set(*this, std::move(spreads));
    return true;
}

int64_t PodTopologySpread::score(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    const auto &spreads = state.get<State>(*this).preferred;
    if (!hasKeys(node, spreads))
        return -1;
    double sum = 0;
    for (const Spread &spread : spreads)
        sum += static_cast<double>(spread.domains.at(*node.label(spread.constraint->topologyKey))) * spread.weight +
               static_cast<double>(spread.constraint->maxSkew - 1);
    return std::llround(sum);
}

void PodTopologySpread::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                                  std::vector<int64_t> &scores) const {
    int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
    for (int64_t score : scores)
        if (score >= 0) {
            least = std::min(least, score);
            most = std::max(most, score);
        }
    for (int64_t &score : scores) {
        if (score < 0)
            score = 0; // without the label, a node is the last choice
        else
            score = most == 0 ? kScoreMax : kScoreMax * (most + least - score) / most;
    }
}

} // namespace coracle::scheduler
