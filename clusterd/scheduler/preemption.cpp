#include "clusterd/scheduler/preemption.h"

#include "clusterd/scheduler/nominations.h"
#include "clusterd/scheduler/trial.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace coracle::scheduler {

namespace {

/// The most important ones first, and of equals those that started first: the order in which pods are spared.
bool moreImportant(const PlacedPod *a, const PlacedPod *b) {
    auto start = [](const PodInfo &pod) {
        return pod.startTime == 0 ? std::numeric_limits<int64_t>::max() : pod.startTime;
    };
    const PodInfo &left = *a->pod, &right = *b->pod;
    return std::tuple(-int64_t(left.priority), start(left), left.object->resourceVersion(), left.uid()) <
           std::tuple(-int64_t(right.priority), start(right), right.object->resourceVersion(), right.uid());
}

/// What makes one node's victims a smaller loss than another's; the victims are sorted.
std::tuple<size_t, int64_t, int64_t, size_t, int64_t> loss(const Preemption::Plan &plan) {
    const int32_t highest = plan.victims.front()->priority;
    int64_t sum = 0, earliest = std::numeric_limits<int64_t>::max();
    for (const PodInfoPtr &victim : plan.victims) {
        // Every pod counts, also one of negative priority.
        sum += int64_t(victim->priority) + std::numeric_limits<int32_t>::max() + 1;
        if (victim->priority == highest && victim->startTime != 0)
            earliest = std::min(earliest, victim->startTime);
    }
    return {plan.violations, highest, sum, plan.victims.size(), -earliest};
}

/// Divides pods (sorted by importance) into those whose end a budget forbids and the others.
std::pair<std::vector<const PlacedPod *>, std::vector<const PlacedPod *>>
divide(const std::vector<const PlacedPod *> &pods, std::vector<Budget> budgets) {
    std::pair<std::vector<const PlacedPod *>, std::vector<const PlacedPod *>> divided;
    for (const PlacedPod *placed : pods) {
        const PodInfo &pod = *placed->pod;
        bool violates = false;
        for (Budget &budget : budgets) {
            // A budget without a selector or with an empty one protects nothing.
            if (budget.namespaceName != pod.namespaceName() || budget.selector.isEverything() ||
                !budget.selector.matches(pod.object->labels()) || budget.disrupted.contains(pod.name()))
                continue;
            violates = --budget.allowed < 0 || violates;
        }
        (violates ? divided.first : divided.second).push_back(placed);
    }
    return divided;
}

} // namespace

Filtered Preemption::victims(CycleState &state, const Framework::Prepared &prepared, const PodInfo &pod,
                             const NodeInfo &node, const std::vector<Budget> &budgets, Plan &plan) {
    std::vector<const PlacedPod *> lower;
    for (const PlacedPod *placed : node.pods())
        if (placed->pod->priority < pod.priority)
            lower.push_back(placed);
    if (lower.empty())
        return Rejection{.reasons = {"No preemption victims found for incoming pod"}, .resolvable = false};
    std::sort(lower.begin(), lower.end(), moreImportant);
    Trial trial(m_cache, state, prepared, pod);
    for (const PlacedPod *placed : lower)
        trial.withdraw(*placed);
    auto rejects = [&] { return Trial::filterWithNominated(m_cache, state, prepared, pod, node, m_nominations); };
    if (auto rejected = rejects())
        return rejected;
    std::vector<const PlacedPod *> chosen;
    auto spare = [&](const std::vector<const PlacedPod *> &pods) {
        const size_t before = chosen.size();
        for (const PlacedPod *placed : pods) {
            trial.restore(*placed);
            if (rejects()) {
                trial.withdraw(*placed);
                chosen.push_back(placed);
            }
        }
        return chosen.size() - before;
    };
    const auto [violating, others] = divide(lower, budgets);
    const size_t violations = spare(violating);
    spare(others);
    plan = planOf(node.name(), std::move(chosen), violations);
    return std::nullopt;
}

Preemption::Plan Preemption::planOf(std::string node, std::vector<const PlacedPod *> victims, size_t violations) {
    std::sort(victims.begin(), victims.end(), moreImportant);
    Plan plan{std::move(node), {}, violations};
    for (const PlacedPod *placed : victims)
        plan.victims.push_back(placed->pod);
    return plan;
}

const Preemption::Plan *Preemption::best(const std::vector<Plan> &plans) {
    const auto least =
        std::min_element(plans.begin(), plans.end(), [](const Plan &a, const Plan &b) { return loss(a) < loss(b); });
    return least == plans.end() ? nullptr : &*least;
}

bool Preemption::awaitsVictims(const PodInfo &pod, const Diagnosis &diagnosis) const {
    const std::string &name = pod.demands->nominatedNode;
    const NodeInfo *nominated = m_cache.node(name);
    if (!nominated ||
        std::find(diagnosis.resolvable.begin(), diagnosis.resolvable.end(), name) == diagnosis.resolvable.end())
        return false;
    return std::any_of(nominated->pods().begin(), nominated->pods().end(), [&](const PlacedPod *placed) {
        return placed->pod->object->deleting() && placed->pod->preempted && placed->pod->priority < pod.priority;
    });
}

Preemption::Candidates Preemption::candidates(const PodInfoPtr &pod, const Diagnosis &diagnosis,
                                              const std::vector<Budget> &budgets) {
    Candidates found;
    if (!pod->mayPreempt) {
        found.message = "not eligible due to preemptionPolicy=Never.";
        return found;
    }
    if (awaitsVictims(*pod, diagnosis)) {
        found.message = "not eligible due to a terminating pod on the nominated node.";
        found.underWay = true;
        return found;
    }
    const auto &nodes = diagnosis.resolvable;
    CycleState state;
    const Framework::Prepared prepared = m_framework.preFilter(state, *pod, m_cache);
    std::map<std::string, size_t> reasons;
    const auto share = static_cast<int64_t>(nodes.size()) * m_limits.candidatesPercentageMin / 100;
    const auto enough = static_cast<size_t>(std::max(share, m_limits.candidatesAbsoluteMin));
    const size_t first = nodes.empty() ? 0 : m_random.below(nodes.size());
    bool peaceful = false; // a candidate that violates no budget was found
    for (size_t i = 0; i < nodes.size() && !(peaceful && found.plans.size() >= enough); ++i) {
        const NodeInfo *node = m_cache.node(nodes[(first + i) % nodes.size()]);
        if (!node || !node->exists())
            continue;
        Plan plan;
        auto rejected = prepared.rejected;
        if (!rejected)
            rejected = victims(state, prepared, *pod, *node, budgets, plan);
        if (rejected) {
            for (const std::string &reason : rejected->reasons)
                ++reasons[reason];
            continue;
        }
        if (plan.victims.empty())
            continue;
        peaceful = peaceful || plan.violations == 0;
        found.plans.push_back(std::move(plan));
    }
    if (diagnosis.unresolvable > 0)
        reasons["Preemption is not helpful for scheduling"] += diagnosis.unresolvable;
    if (found.plans.empty())
        found.message = unavailable(diagnosis.nodeCount, joinReasons(reasons));
    return found;
}

} // namespace coracle::scheduler
