#include "clusterd/scheduler/plugins/inter_pod_affinity.h"

#include "clusterd/scheduler/strict_object.h"

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
    /// No amount is left anywhere.
    bool zero() const {
        return std::all_of(m_keys.begin(), m_keys.end(), [](const auto &key) {
            return std::all_of(key.second.begin(), key.second.end(),
                               [](const auto &domain) { return domain.second == 0; });
        });
    }

private:
    std::vector<std::pair<std::string, std::unordered_map<std::string, int64_t>>> m_keys;
};

struct State final : PluginState {
    const Cache *cache = nullptr;
    /// Per required term the domains with pods that match all required affinity terms.
    std::vector<Domains> affinity;
    bool matchesItself = false;
    bool firstOfItsKind = false; ///< nobody matches yet, but the pod matches its own terms
    Domains antiAffinity;
    std::vector<const TermIndex::Group *> existingAntiAffinity; ///< placed pods' terms that mean this pod
};

struct Scores final : PluginState {
    Domains domains;
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

void countAffinity(State &state, const PodInfo &pod, const PlacedPod &placed, int64_t amount) {
    const auto &required = pod.affinity->required;
    if (!matchesAll(*state.cache, required, *placed.pod))
        return;
    for (size_t i = 0; i < required.size(); ++i)
        addDomain(state.affinity[i], required[i], placed, amount);
}

void findFirst(State &state) {
    const bool nobody = std::all_of(state.affinity.begin(), state.affinity.end(),
                                    [](const Domains &domains) { return domains.zero(); });
    state.firstOfItsKind = nobody && state.matchesItself;
}

void findExisting(State &state, const PodInfo &pod) {
    state.existingAntiAffinity.clear();
    for (const auto &[identity, group] : state.cache->antiAffinity().groups())
        if (state.cache->matches(group.term, pod))
            state.existingAntiAffinity.push_back(&group);
}

/// A pod came or went for a trial: the cache's groups are others now.
void change(State &state, const PodInfo &pod, const PlacedPod &placed, int64_t amount) {
    findExisting(state, pod);
    if (!pod.affinity)
        return;
    if (!pod.affinity->required.empty()) {
        countAffinity(state, pod, placed, amount);
        findFirst(state);
    }
    for (const AffinityTerm &term : pod.affinity->requiredAnti)
        if (state.cache->matches(term, *placed.pod))
            addDomain(state.antiAffinity, term, placed, amount);
}

/// Whether a term may mean a pod; what a namespace selector says is left open.
bool mayMean(const AffinityTerm &term, const PodInfo &pod) {
    const bool inNamespace = term.anyNamespace || term.namespaceLabels || term.namespaces.contains(pod.namespaceName());
    return inNamespace && term.selector.matches(pod.object->labels());
}

bool anyMeans(const std::vector<AffinityTerm> &terms, const PodInfo &pod) {
    return std::any_of(terms.begin(), terms.end(), [&](const AffinityTerm &term) { return mayMean(term, pod); });
}

/// One that comes must be one that the pod wants to be with; one that goes, one that kept it away.
Hint onPodEvent(const PodInfo &waiting, const ClusterChange &change) {
    if (change.podAfter && change.podAfter->uid() == waiting.uid())
        return Hint::Queue;
    if (change.podAfter && waiting.affinity && anyMeans(waiting.affinity->required, *change.podAfter))
        return Hint::Queue;
    if (!change.podBefore)
        return Hint::Skip;
    const PodInfo &gone = *change.podBefore;
    const bool wasUnwanted = waiting.affinity && anyMeans(waiting.affinity->requiredAnti, gone);
    const bool wasAgainst = gone.affinity && anyMeans(gone.affinity->requiredAnti, waiting);
    return wasUnwanted || wasAgainst ? Hint::Queue : Hint::Skip;
}

} // namespace

Result<InterPodAffinity::Arguments> InterPodAffinity::Arguments::parse(const boost::json::value &value) {
    Arguments arguments;
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "InterPodAffinityArgs")
        .integer("hardPodAffinityWeight", arguments.hardPodAffinityWeight, 0, 100)
        .boolean("ignorePreferredTermsOfExistingPods", arguments.ignorePreferredTermsOfExistingPods);
    CHECK(object.finish());
    return arguments;
}

std::vector<EventInterest> InterPodAffinity::eventsToRegister() const {
    return {{{EventResource::Pod, kAdd | kDelete | kUpdatePodLabel}, onPodEvent},
            {{EventResource::Node, kAdd | kUpdateNodeLabel}},
            {{EventResource::Namespace, kAllActions}}};
}

PreFilterPlugin::Outcome InterPodAffinity::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    auto found = std::make_unique<State>();
    found->cache = &cache;
    findExisting(*found, pod);
    const bool own = pod.affinity && (!pod.affinity->required.empty() || !pod.affinity->requiredAnti.empty());
    if (!own && found->existingAntiAffinity.empty())
        return {.skip = true};
    if (own) {
        const auto &required = pod.affinity->required;
        found->affinity.resize(required.size());
        found->matchesItself = matchesAll(cache, required, pod);
        if (!required.empty())
            cache.forMatching(required[0], [&](const PlacedPod &placed) { countAffinity(*found, pod, placed, 1); });
        findFirst(*found);
        for (const AffinityTerm &term : pod.affinity->requiredAnti)
            cache.forMatching(term, [&](const PlacedPod &placed) { addDomain(found->antiAffinity, term, placed, 1); });
    }
    state.set(*this, std::move(found));
    return {};
}

void InterPodAffinity::addPod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const {
    change(state.edit<State>(*this), pod, placed, 1);
}

void InterPodAffinity::removePod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const {
    change(state.edit<State>(*this), pod, placed, -1);
}

Filtered InterPodAffinity::filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const {
    const auto &found = state.get<State>(*this);
    for (size_t i = 0; i < found.affinity.size(); ++i) {
        const bool hasKey = node.label(pod.affinity->required[i].topologyKey).has_value();
        if (!hasKey || (found.affinity[i].sum(node) == 0 && !found.firstOfItsKind))
            return Rejection{.reasons = {"node(s) didn't match pod affinity rules"}, .resolvable = false};
    }
    if (found.antiAffinity.sum(node) > 0)
        return Rejection{.reasons = {"node(s) didn't match pod anti-affinity rules"}};
    for (const TermIndex::Group *group : found.existingAntiAffinity)
        if (const auto domain = node.label(group->term.topologyKey);
            domain && group->domains.contains(std::string(*domain)))
            return Rejection{.reasons = {"node(s) didn't satisfy existing pods anti-affinity rules"}};
    return std::nullopt;
}

bool InterPodAffinity::preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                                const std::vector<const NodeInfo *> &) const {
    auto found = std::make_unique<Scores>();
    auto countPlaced = [&](const TermIndex &index, int64_t factor) {
        for (const auto &[identity, group] : index.groups())
            if (cache.matches(group.term, pod))
                for (const auto &[domain, weight] : group.domains)
                    found->domains.add(group.term.topologyKey, domain, weight * factor);
    };
    const bool prefers = pod.affinity && (!pod.affinity->preferred.empty() || !pod.affinity->preferredAnti.empty());
    if (prefers || !m_arguments.ignorePreferredTermsOfExistingPods)
        countPlaced(cache.preferences(), 1);
    if (m_arguments.hardPodAffinityWeight > 0)
        countPlaced(cache.affinity(), m_arguments.hardPodAffinityWeight);
    if (pod.affinity) {
        auto count = [&](const std::vector<AffinityTerm> &terms, int64_t sign) {
            for (const AffinityTerm &term : terms)
                cache.forMatching(term, [&](const PlacedPod &placed) {
                    addDomain(found->domains, term, placed, sign * term.weight);
                });
        };
        count(pod.affinity->preferred, 1);
        count(pod.affinity->preferredAnti, -1);
    }
    const bool any = !found->domains.empty();
    state.set(*this, std::move(found));
    return any;
}

int64_t InterPodAffinity::score(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    return state.get<Scores>(*this).domains.sum(node);
}

void InterPodAffinity::normalize(const CycleState &, const std::vector<const NodeInfo *> &,
                                 std::vector<int64_t> &scores) const {
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    const int64_t low = *least, range = *most - *least;
    // In floating point, as kube-scheduler does it: 29 of 100 become 28.
    for (int64_t &score : scores)
        score = range == 0 ? 0
                           : static_cast<int64_t>(static_cast<double>(kScoreMax) *
                                                  (static_cast<double>(score - low) / static_cast<double>(range)));
}

} // namespace coracle::scheduler
