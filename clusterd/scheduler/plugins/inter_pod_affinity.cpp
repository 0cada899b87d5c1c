#include "clusterd/scheduler/plugins/inter_pod_affinity.h"

#include <algorithm>
#include <limits>

namespace coracle::scheduler {

namespace {

/// Amounts by topology key and value of it.
class Domains {
public:
    void add(const std::string &key, std::string_view value, int64_t amount) {
        for (auto &[known, values] : m_keys)
            if (known == key) {
                values[std::string(value)] += amount;
                return;
            }
        m_keys.push_back({key, {{std::string(value), amount}}});
    }
    int64_t sum(const NodeInfo &node) const {
        int64_t total = 0;
        for (const auto &[key, values] : m_keys)
            if (const auto value = node.label(key))
                if (const auto found = values.find(std::string(*value)); found != values.end())
                    total += found->second;
        return total;
    }
    bool empty() const { return m_keys.empty(); }

private:
    std::vector<std::pair<std::string, std::unordered_map<std::string, int64_t>>> m_keys;
};

struct State final : PluginState {
    /// Per required term the domains with pods that match all required affinity terms.
    std::vector<Domains> affinity;
    bool firstOfItsKind = false; ///< nobody matches yet, but the pod matches its own terms
    Domains antiAffinity;
    std::vector<const TermIndex::Group *> existingAntiAffinity; ///< placed pods' terms that mean this pod
    Domains scores;
};

bool matchesAll(const Cache &cache, const std::vector<AffinityTerm> &terms, const PodInfo &pod) {
    return std::all_of(terms.begin(), terms.end(), [&](const AffinityTerm &term) { return cache.matches(term, pod); });
}

void addDomain(Domains &domains, const AffinityTerm &term, const PlacedPod &placed, int64_t amount) {
    if (!placed.node->exists())
        return;
    if (const auto value = placed.node->label(term.topologyKey))
        domains.add(term.topologyKey, *value, amount);
}

} // namespace

PreFilterPlugin::Outcome InterPodAffinity::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    auto found = std::make_unique<State>();
    for (const auto &[identity, group] : cache.antiAffinity().groups())
        if (cache.matches(group.term, pod))
            found->existingAntiAffinity.push_back(&group);
    const bool own = pod.affinity && (!pod.affinity->required.empty() || !pod.affinity->requiredAnti.empty());
    if (!own && found->existingAntiAffinity.empty())
        return {.skip = true};
    if (own) {
        const auto &required = pod.affinity->required;
        found->affinity.resize(required.size());
        if (!required.empty())
            cache.forMatching(required[0], [&](const PlacedPod &placed) {
                if (!matchesAll(cache, required, *placed.pod))
                    return;
                for (size_t i = 0; i < required.size(); ++i)
                    addDomain(found->affinity[i], required[i], placed, 1);
            });
        const bool nobody = std::all_of(found->affinity.begin(), found->affinity.end(),
                                        [](const Domains &domains) { return domains.empty(); });
        found->firstOfItsKind = nobody && matchesAll(cache, required, pod);
        for (const AffinityTerm &term : pod.affinity->requiredAnti)
            cache.forMatching(term, [&](const PlacedPod &placed) { addDomain(found->antiAffinity, term, placed, 1); });
    }
    state.set(*this, std::move(found));
    return {};
}

Filtered InterPodAffinity::filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const {
    const auto &found = state.get<State>(*this);
    for (size_t i = 0; i < found.affinity.size(); ++i) {
        const bool hasKey = node.label(pod.affinity->required[i].topologyKey).has_value();
        if (!hasKey || (found.affinity[i].sum(node) == 0 && !found.firstOfItsKind))
            return Rejection{{"node(s) didn't match pod affinity rules"}, false};
    }
    if (found.antiAffinity.sum(node) > 0)
        return Rejection{{"node(s) didn't match pod anti-affinity rules"}, true};
    for (const TermIndex::Group *group : found.existingAntiAffinity)
        if (const auto domain = node.label(group->term.topologyKey);
            domain && group->domains.contains(std::string(*domain)))
            return Rejection{{"node(s) didn't satisfy existing pods anti-affinity rules"}, true};
    return std::nullopt;
}

bool InterPodAffinity::preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                                const std::vector<const NodeInfo *> &) const {
    auto found = std::make_unique<State>();
    for (const auto &[identity, group] : cache.preferences().groups())
        if (cache.matches(group.term, pod))
            for (const auto &[domain, weight] : group.domains)
                found->scores.add(group.term.topologyKey, domain, weight);
    if (pod.affinity) {
        auto count = [&](const std::vector<AffinityTerm> &terms, int64_t sign) {
            for (const AffinityTerm &term : terms)
                cache.forMatching(
                    term, [&](const PlacedPod &placed) { addDomain(found->scores, term, placed, sign * term.weight); });
        };
        count(pod.affinity->preferred, 1);
        count(pod.affinity->preferredAnti, -1);
    }
    const bool any = !found->scores.empty();
    state.set(*this, std::move(found));
    return any;
}

int64_t InterPodAffinity::score(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    return state.get<State>(*this).scores.sum(node);
}

void InterPodAffinity::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                                 std::vector<int64_t> &scores) const {
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    const int64_t low = *least, range = *most - *least;
    for (int64_t &score : scores)
        score = range == 0 ? 0 : kScoreMax * (score - low) / range;
}

} // namespace coracle::scheduler
