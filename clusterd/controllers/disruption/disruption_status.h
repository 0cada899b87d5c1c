#pragma once

#include "core/api/types/core_v1.h"
#include "core/api/types/policy_v1.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The arithmetic of disruption budgets: pure functions over the declared and observed state (k8s.io/kubernetes
/// pkg/controller/disruption).
namespace coracle::controllers::disruption {

/// How long an eviction that the API server granted counts as a disruption before its pod is seen being deleted.
inline constexpr Duration kDeletionTimeout = std::chrono::minutes(2);

struct Demand {
    int32_t expectedPods = 0;
    int32_t desiredHealthy = 0;

    friend bool operator==(const Demand &, const Demand &) = default;
};

/// Whether the budget counts against what the pods' owners declare, not against the pods that are there.
bool countsDeclaredPods(const policyv1::PodDisruptionBudgetSpec &spec);
/// How many pods there should be, and how many of them healthy. Both percentages are of the declared number and are
/// rounded up. Fails where a text is no percentage.
Result<Demand> demandOf(const policyv1::PodDisruptionBudgetSpec &spec, int32_t pods, int32_t declared);

/// The granted evictions whose pods are still there and not being deleted yet.
struct PendingEvictions {
    std::map<std::string, api::Time, std::less<>> pods; ///< status.disruptedPods
    std::vector<const corev1::Pod *> overdue;           ///< not deleted within kDeletionTimeout, and forgotten
    std::optional<WallTime> nextExpiry;
};
PendingEvictions pendingEvictions(const policyv1::PodDisruptionBudgetStatus &status,
                                  const std::vector<corev1::Pod> &pods, WallTime now);

/// The pods that are ready, not being deleted, and not about to be evicted.
int32_t countHealthy(const std::vector<corev1::Pod> &pods, const PendingEvictions &evictions);

/// What the budget reports after a pass.
policyv1::PodDisruptionBudgetStatus calculateStatus(const policyv1::PodDisruptionBudget &budget, const Demand &demand,
                                                    const std::vector<corev1::Pod> &pods,
                                                    const PendingEvictions &evictions, WallTime now);
/// What it reports when a pass failed: nothing may be evicted, everything else stays.
policyv1::PodDisruptionBudgetStatus failedStatus(const policyv1::PodDisruptionBudget &budget, std::string message,
                                                 WallTime now);

/// When the condition DisruptionTarget of a pod that nobody came to delete loses its meaning; nothing for pods without
/// the condition, for those that go or have ended, and where the kubelet set it, who takes the time it needs.
std::optional<WallTime> disruptionTargetExpiry(const corev1::Pod &pod);

} // namespace coracle::controllers::disruption
