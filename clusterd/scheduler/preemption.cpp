#include "clusterd/scheduler/preemption.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <tuple>

namespace coracle::scheduler {

namespace {

constexpr size_t kCandidatesMin = 100;

/// What makes one node's victims a smaller loss than another's.
std::tuple<int32_t, int64_t, size_t> loss(const std::vector<PodInfoPtr> &victims) {
    const int64_t sum = std::accumulate(victims.begin(), victims.end(), int64_t(0),
                                        [](int64_t total, const PodInfoPtr &pod) { return total + pod->priority; });
    return {victims.front()->priority, sum, victims.size()};
}

} // namespace

bool Preemption::fits(const PodInfo &pod, const std::string &node, Filtered &rejected) const {
    CycleState state;
    const auto prepared = m_framework.preFilter(state, pod, m_cache);
    rejected = prepared.rejected;
    if (!rejected)
        rejected = Framework::filter(state, prepared.filters, pod, *m_cache.node(node));
    return !rejected;
}

void Preemption::restore(const PlacedPod &placed, const std::string &node) {
    if (placed.assumed)
        m_cache.assume(placed.pod, node);
    else
        m_cache.setPod(placed.pod);
}

Filtered Preemption::victims(const PodInfo &pod, const std::string &node, std::vector<PodInfoPtr> &victims) {
    std::vector<PlacedPod> lower;
    for (const PlacedPod *placed : m_cache.node(node)->pods())
        if (placed->pod->priority < pod.priority)
            lower.push_back(*placed);
    if (lower.empty())
        return Rejection{{"No preemption victims found for incoming pod"}, false};
    // The most important ones, and of equals those that came first, are the first to be spared.
    std::sort(lower.begin(), lower.end(), [](const PlacedPod &a, const PlacedPod &b) {
        return std::tuple(-a.pod->priority, a.pod->object->resourceVersion(), a.pod->uid()) <
               std::tuple(-b.pod->priority, b.pod->object->resourceVersion(), b.pod->uid());
    });
    for (const PlacedPod &placed : lower)
        m_cache.removePod(placed.pod->uid());
    Filtered rejected, ignored;
    const bool helps = fits(pod, node, rejected);
    for (const PlacedPod &placed : lower) {
        restore(placed, node);
        if (helps && !fits(pod, node, ignored)) {
            victims.push_back(placed.pod);
            m_cache.removePod(placed.pod->uid());
        }
    }
    for (const PlacedPod &placed : lower)
        if (!m_cache.pod(placed.pod->uid()))
            restore(placed, node);
    return rejected;
}

Preemption::Plan Preemption::find(const PodInfo &pod, const Diagnosis &diagnosis) {
    Plan plan;
    if (!pod.mayPreempt) {
        plan.message = "not eligible due to preemptionPolicy=Never.";
        return plan;
    }
    if (const NodeInfo *nominated = m_cache.node(pod.demands->nominatedNode))
        for (const PlacedPod *placed : nominated->pods())
            if (placed->pod->object->deleting() && placed->pod->priority < pod.priority) {
                plan.message = "not eligible due to a terminating pod on the nominated node.";
                plan.underWay = true;
                return plan;
            }
    std::vector<std::string> nodes;
    for (const NodeInfo *node : diagnosis.resolvable)
        nodes.push_back(node->name());
    const size_t enough = std::max(kCandidatesMin, diagnosis.nodeCount / 10);
    const size_t first = nodes.empty() ? 0 : m_random.below(nodes.size());
    std::map<std::string, size_t> reasons;
    size_t candidates = 0;
    for (size_t i = 0; i < nodes.size() && candidates < enough; ++i) {
        const std::string &node = nodes[(first + i) % nodes.size()];
        std::vector<PodInfoPtr> found;
        if (auto rejected = victims(pod, node, found)) {
            for (const std::string &reason : rejected->reasons)
                ++reasons[reason];
            continue;
        }
        ++candidates;
        if (!found.empty() && (plan.node.empty() || loss(found) < loss(plan.victims))) {
            plan.node = node;
            plan.victims = std::move(found);
        }
    }
    if (diagnosis.unresolvable > 0)
        reasons["Preemption is not helpful for scheduling"] += diagnosis.unresolvable;
    if (plan.node.empty())
        plan.message = fmt::format("0/{} nodes are available: {}.", diagnosis.nodeCount, joinReasons(reasons));
    return plan;
}

} // namespace coracle::scheduler
