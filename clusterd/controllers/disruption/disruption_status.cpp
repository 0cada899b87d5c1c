#include "clusterd/controllers/disruption/disruption_status.h"

#include "clusterd/controllers/pod_util.h"

#include <algorithm>

namespace coracle::controllers::disruption {

namespace {

using Rounding = api::IntOrString::Rounding;

/// Adds or replaces; an equal status keeps its transition time.
void setAllowed(policyv1::PodDisruptionBudgetStatus &status, std::string_view reason, std::string message,
                WallTime now) {
    metav1::Condition condition;
    condition.type = policyv1::kDisruptionAllowedCondition;
    condition.status = reason == policyv1::kSufficientPodsReason ? corev1::kConditionTrue : corev1::kConditionFalse;
    condition.observedGeneration = status.observedGeneration;
    condition.reason = reason;
    condition.message = std::move(message);
    condition.lastTransitionTime = api::Time(now);
    const auto old = std::ranges::find(status.conditions, condition.type, &metav1::Condition::type);
    if (old == status.conditions.end()) {
        status.conditions.push_back(std::move(condition));
        return;
    }
    if (old->status == condition.status)
        condition.lastTransitionTime = old->lastTransitionTime;
    *old = std::move(condition);
}

} // namespace

bool countsDeclaredPods(const policyv1::PodDisruptionBudgetSpec &spec) {
    return spec.maxUnavailable || (spec.minAvailable && spec.minAvailable->isString());
}

Result<Demand> demandOf(const policyv1::PodDisruptionBudgetSpec &spec, int32_t pods, int32_t declared) {
    if (spec.maxUnavailable) {
        TRY(const int32_t unavailable, spec.maxUnavailable->scaled(declared, Rounding::Up));
        return Demand{.expectedPods = declared, .desiredHealthy = std::max(declared - unavailable, 0)};
    }
    if (!spec.minAvailable)
        return Demand();
    const int32_t expected = spec.minAvailable->isInt() ? pods : declared;
    TRY(const int32_t available, spec.minAvailable->scaled(expected, Rounding::Up));
    return Demand{.expectedPods = expected, .desiredHealthy = available};
}

PendingEvictions pendingEvictions(const policyv1::PodDisruptionBudgetStatus &status,
                                  const std::vector<corev1::Pod> &pods, WallTime now) {
    PendingEvictions pending;
    for (const corev1::Pod &pod : pods) {
        const auto granted = status.disruptedPods.find(pod.metadata.name);
        if (granted == status.disruptedPods.end() || pod.metadata.deletionTimestamp)
            continue;
        const WallTime expiry =
            granted->second.valueOr(WallTime()) + std::chrono::duration_cast<WallTime::duration>(kDeletionTimeout);
        if (expiry <= now) {
            pending.overdue.push_back(&pod);
            continue;
        }
        pending.pods.insert(*granted);
        pending.nextExpiry = std::min(pending.nextExpiry.value_or(expiry), expiry);
    }
    return pending;
}

int32_t countHealthy(const std::vector<corev1::Pod> &pods, const PendingEvictions &evictions) {
    return static_cast<int32_t>(std::ranges::count_if(pods, [&](const corev1::Pod &pod) {
        return !pod.metadata.deletionTimestamp && !evictions.pods.contains(pod.metadata.name) && isPodReady(pod);
    }));
}

policyv1::PodDisruptionBudgetStatus calculateStatus(const policyv1::PodDisruptionBudget &budget, const Demand &demand,
                                                    const std::vector<corev1::Pod> &pods,
                                                    const PendingEvictions &evictions, WallTime now) {
    policyv1::PodDisruptionBudgetStatus status = budget.status;
    status.observedGeneration = budget.metadata.generation;
    status.expectedPods = demand.expectedPods;
    status.desiredHealthy = demand.desiredHealthy;
    status.currentHealthy = countHealthy(pods, evictions);
    status.disruptedPods = evictions.pods;
    const int32_t spare = status.currentHealthy - status.desiredHealthy;
    status.disruptionsAllowed = status.expectedPods > 0 ? std::max(spare, 0) : 0;
    setAllowed(status,
               status.disruptionsAllowed > 0 ? policyv1::kSufficientPodsReason : policyv1::kInsufficientPodsReason, {},
               now);
    return status;
}

policyv1::PodDisruptionBudgetStatus failedStatus(const policyv1::PodDisruptionBudget &budget, std::string message,
                                                 WallTime now) {
    policyv1::PodDisruptionBudgetStatus status = budget.status;
    status.disruptionsAllowed = 0;
    setAllowed(status, policyv1::kSyncFailedReason, std::move(message), now);
    return status;
}

std::optional<WallTime> disruptionTargetExpiry(const corev1::Pod &pod) {
    const corev1::PodCondition *target = findCondition(pod.status, corev1::kDisruptionTarget);
    if (!target || target->status != corev1::kConditionTrue || pod.metadata.deletionTimestamp || isPodTerminal(pod) ||
        target->reason == corev1::kPodReasonTerminationByKubelet)
        return std::nullopt;
    return target->lastTransitionTime.valueOr(WallTime()) +
           std::chrono::duration_cast<WallTime::duration>(kDeletionTimeout);
}

} // namespace coracle::controllers::disruption
