#include "clusterd/scheduler/plugins/pod_topology_spread.h"

#include "clusterd/scheduler/default_selectors.h"
#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/taint_toleration.h"
#include "clusterd/scheduler/strict_object.h"
#include "core/base/gate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace coracle::scheduler {

namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname", kZone = "topology.kubernetes.io/zone";

constexpr int64_t kUncounted = -1;

/// One constraint during an attempt.
struct Spread {
    SpreadConstraint constraint;
    bool matchesPod = false; ///< the selector matches the pod itself
    size_t key = 0;
    std::vector<int64_t> counts = {}; ///< of matching pods by domain; kUncounted: the domain takes no part
    int64_t domains = 0;              ///< that take part
    int64_t fewest = 0;               ///< in any domain
    double weight = 0;                ///< of the score

    int64_t *at(int32_t domain) {
        return domain == Topology::kNone || counts[static_cast<size_t>(domain)] == kUncounted
                   ? nullptr
                   : &counts[static_cast<size_t>(domain)];
    }
    void takeIn(int32_t domain) {
        int64_t &count = counts[static_cast<size_t>(domain)];
        domains += count == kUncounted;
        count = std::max<int64_t>(count, 0);
    }
};

/// First for filtering, then for scoring.
struct State final : PluginState {
    Topology *topology = nullptr;
    std::vector<Spread> spreads;
    bool allKeys = true; ///< a node must have the labels of all constraints to count

    int32_t domain(const NodeInfo &node, const Spread &spread) const { return topology->domain(node, spread.key); }
    bool hasKeys(const NodeInfo &node) const {
        return std::all_of(spreads.begin(), spreads.end(),
                           [&](const Spread &spread) { return domain(node, spread) != Topology::kNone; });
    }
    bool takesPart(const NodeInfo &node) const { return !allKeys || hasKeys(node); }
};

/// Whether the constraint counts the node's pods (nodeAffinityPolicy, nodeTaintsPolicy).
bool counts(const SpreadConstraint &constraint, const PodInfo &pod, const NodeInfo &node) {
    return (!constraint.honorAffinity || NodeAffinity::allows(*pod.demands, *node.object())) &&
           (!constraint.honorTaints || TaintToleration::allows(pod, node));
}

std::unique_ptr<State> prepare(std::vector<SpreadConstraint> constraints, const PodInfo &pod, const Cache &cache) {
    auto state = std::make_unique<State>();
    state->topology = &cache.topology();
    for (SpreadConstraint &constraint : constraints) {
        const bool matchesPod = constraint.selector.matches(pod.object->labels());
        const size_t key = state->topology->key(constraint.topologyKey);
        state->spreads.push_back({.constraint = std::move(constraint), .matchesPod = matchesPod, .key = key});
    }
    // Now every node's value has its number.
    for (Spread &spread : state->spreads) {
        for (const NodeInfo *node : cache.nodes())
            state->domain(*node, spread);
        spread.counts.assign(state->topology->domains(spread.key), kUncounted);
    }
    return state;
}

/// The domain's count in which a placed pod counts, or null.
int64_t *countOf(State &state, Spread &spread, const PodInfo &pod, const PlacedPod &placed) {
    if (placed.pod->object->deleting() || !placed.node->exists() || !state.takesPart(*placed.node) ||
        !counts(spread.constraint, pod, *placed.node))
        return nullptr;
    return spread.at(state.domain(*placed.node, spread));
}

void countPods(State &state, Spread &spread, const PodInfo &pod, const Cache &cache) {
    cache.forMatching(pod.namespaceName(), spread.constraint.selector, [&](const PlacedPod &placed) {
        if (int64_t *count = countOf(state, spread, pod, placed))
            ++*count;
    });
}

void findFewest(Spread &spread) {
    spread.fewest = spread.domains == 0 ? 0 : std::numeric_limits<int64_t>::max();
    for (const int64_t count : spread.counts)
        if (count != kUncounted)
            spread.fewest = std::min(spread.fewest, count);
    // With fewer domains than asked for, an empty one is yet to come.
    if (spread.domains < spread.constraint.minDomains)
        spread.fewest = 0;
}

void change(State &state, const PodInfo &pod, const PlacedPod &placed, int64_t difference) {
    if (placed.pod->namespaceName() != pod.namespaceName())
        return;
    for (Spread &spread : state.spreads) {
        if (!spread.constraint.selector.matches(placed.pod->object->labels()))
            continue;
        if (int64_t *count = countOf(state, spread, pod, placed)) {
            *count += difference;
            findFewest(spread);
        }
    }
}

SpreadConstraint loosely(std::string_view key, int32_t maxSkew) {
    SpreadConstraint constraint;
    constraint.maxSkew = maxSkew;
    constraint.topologyKey = key;
    constraint.required = false;
    return constraint;
}

Result<> readConstraint(const boost::json::value &value, const std::string &path,
                        std::vector<SpreadConstraint> &constraints) {
    SpreadConstraint constraint;
    int64_t maxSkew = 0, minDomains = 1;
    std::string when, affinity = "Honor", taints = "Ignore";
    StrictObject object(value, path);
    object.integer("maxSkew", maxSkew, 1, INT32_MAX)
        .integer("minDomains", minDomains, 1, INT32_MAX)
        .text("topologyKey", constraint.topologyKey)
        .text("whenUnsatisfiable", when)
        .text("nodeAffinityPolicy", affinity)
        .text("nodeTaintsPolicy", taints);
    if (object.has("labelSelector"))
        object.fail("labelSelector", "constraint must not define a selector, as they deduced for each pod");
    if (maxSkew == 0)
        object.fail("maxSkew", "Required value");
    if (constraint.topologyKey.empty())
        object.fail("topologyKey", "Required value: can not be empty");
    if (when != "DoNotSchedule" && when != "ScheduleAnyway")
        object.fail("whenUnsatisfiable", "supported values: \"DoNotSchedule\", \"ScheduleAnyway\"");
    CHECK(object.finish());
    constraint.maxSkew = static_cast<int32_t>(maxSkew);
    constraint.minDomains = static_cast<int32_t>(minDomains);
    constraint.required = when == "DoNotSchedule";
    constraint.honorAffinity = affinity != "Ignore";
    constraint.honorTaints = taints == "Honor";
    constraints.push_back(std::move(constraint));
    return {};
}

} // namespace

Result<PodTopologySpread::Arguments> PodTopologySpread::Arguments::parse(const boost::json::value &value) {
    Arguments arguments;
    std::string type = "System";
    StrictObject object(value, "");
    object.typeMeta("kubescheduler.config.k8s.io/v1", "PodTopologySpreadArgs")
        .text("defaultingType", type)
        .list("defaultConstraints", [&](const boost::json::value &element, const std::string &path) {
            return readConstraint(element, path, arguments.constraints);
        });
    arguments.systemDefaults = type == "System";
    if (type != "System" && type != "List")
        object.fail("defaultingType", "supported values: \"System\", \"List\"");
    else if (arguments.systemDefaults && !arguments.constraints.empty())
        object.fail("defaultConstraints", "when .defaultingType is System");
    CHECK(object.finish());
    if (arguments.systemDefaults)
        arguments.constraints = {loosely(kHostname, 3), loosely(kZone, 5)};
    return arguments;
}

PodTopologySpread::PodTopologySpread(const PluginContext &context, Arguments arguments)
    : m_arguments(std::move(arguments)) {
    if (!m_arguments.constraints.empty())
        m_selectors = &context.informers.shared<DefaultSelectors>();
}

std::vector<EventInterest> PodTopologySpread::eventsToRegister() const {
    auto podCounts = [this](const PodInfo &waiting, const ClusterChange &change) {
        const auto constraints = constraintsOf(waiting, true);
        for (const PodInfoPtr &pod : {change.podBefore, change.podAfter}) {
            if (!pod || pod->namespaceName() != waiting.namespaceName())
                continue;
            if (pod->uid() == waiting.uid())
                return Hint::Queue;
            for (const SpreadConstraint &constraint : constraints)
                if (constraint.selector.matches(pod->object->labels()))
                    return Hint::Queue;
        }
        return Hint::Skip;
    };
    return {{{EventResource::Pod, kAdd | kDelete | kUpdatePodLabel | kUpdateOther}, podCounts},
            {{EventResource::Node, kAdd | kDelete | kUpdateNodeLabel | kUpdateNodeTaint}}};
}

std::vector<SpreadConstraint> PodTopologySpread::constraintsOf(const PodInfo &pod, bool required) const {
    std::vector<SpreadConstraint> constraints;
    const auto &own = pod.demands->spread;
    for (const SpreadConstraint &constraint : own.empty() ? m_arguments.constraints : own)
        if (constraint.required == required)
            constraints.push_back(constraint);
    if (!own.empty() || constraints.empty())
        return constraints;
    const api::LabelSelector selector = m_selectors->of(*pod.object);
    if (selector.isEverything())
        return {};
    for (SpreadConstraint &constraint : constraints)
        constraint.selector = selector;
    return constraints;
}

PreFilterPlugin::Outcome PodTopologySpread::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    auto found = prepare(constraintsOf(pod, true), pod, cache);
    if (found->spreads.empty())
        return {.skip = true};
    for (const NodeInfo *node : cache.nodes()) {
        if (!found->hasKeys(*node))
            continue;
        for (Spread &spread : found->spreads)
            if (counts(spread.constraint, pod, *node))
                spread.takeIn(found->domain(*node, spread));
    }
    for (Spread &spread : found->spreads) {
        countPods(*found, spread, pod, cache);
        findFewest(spread);
    }
    state.set(*this, std::move(found));
    return {};
}

void PodTopologySpread::addPod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const {
    change(state.edit<State>(*this), pod, placed, 1);
}

void PodTopologySpread::removePod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const {
    change(state.edit<State>(*this), pod, placed, -1);
}

Filtered PodTopologySpread::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    const auto &found = state.get<State>(*this);
    for (const Spread &spread : found.spreads) {
        const int32_t domain = found.domain(node, spread);
        if (domain == Topology::kNone)
            return Rejection{.reasons = {"node(s) didn't match pod topology spread constraints (missing required "
                                         "label)"},
                             .resolvable = false};
        const int64_t pods = std::max<int64_t>(0, spread.counts[static_cast<size_t>(domain)]);
        if (pods + spread.matchesPod - spread.fewest > spread.constraint.maxSkew)
            return Rejection{.reasons = {"node(s) didn't match pod topology spread constraints"}};
    }
    return std::nullopt;
}

bool PodTopologySpread::preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                                 const std::vector<const NodeInfo *> &nodes) const {
    auto found = prepare(constraintsOf(pod, false), pod, cache);
    if (found->spreads.empty())
        return false;
    found->allKeys = !pod.demands->spread.empty() || !m_arguments.systemDefaults;
    for (Spread &spread : found->spreads) {
        size_t size = 0;
        for (const NodeInfo *node : nodes)
            if (found->takesPart(*node)) {
                ++size;
                if (const int32_t domain = found->domain(*node, spread); domain != Topology::kNone)
                    spread.takeIn(domain);
            }
        if (spread.constraint.topologyKey != kHostname)
            size = static_cast<size_t>(spread.domains);
        // With many domains a difference of one pod means more.
        spread.weight = std::log(static_cast<double>(size + 2));
        countPods(*found, spread, pod, cache);
    }
    state.set(*this, std::move(found));
    return true;
}

int64_t PodTopologySpread::score(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    const auto &found = state.get<State>(*this);
    if (!found.takesPart(node))
        return -1;
    double sum = 0;
    for (const Spread &spread : found.spreads)
        if (const int32_t domain = found.domain(node, spread); domain != Topology::kNone)
            sum += static_cast<double>(spread.counts[static_cast<size_t>(domain)]) * spread.weight +
                   static_cast<double>(spread.constraint.maxSkew - 1);
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
