#pragma once

#include "clusterd/controllers/disruption/disruption_status.h"
#include "clusterd/controllers/disruption/expected_scale.h"
#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Tells each PodDisruptionBudget how many of its pods may be evicted now; the API server's eviction sub-resource
/// spends what it finds there. Reads: PodDisruptionBudgets, Pods, and the pods' owners. Writes: PodDisruptionBudgets'
/// status.
class DisruptionController final : public Controller {
public:
    explicit DisruptionController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    /// Puts the budgets that select the pod into the queue, and returns them.
    std::vector<ObjectPtr> podChanged(const ObjectPtr &pod);
    void warnOfSeveral(const ObjectPtr &pod, const api::Object &one);
    void ownerChanged(const ObjectPtr &before, const ObjectPtr &after);
    Result<std::vector<corev1::Pod>> podsOf(const policyv1::PodDisruptionBudget &budget) const;
    Task<Result<>> sync(const policyv1::PodDisruptionBudget &budget);
    Task<Result<disruption::Demand>> demandOf(const policyv1::PodDisruptionBudget &budget,
                                              const std::vector<corev1::Pod> &pods);
    Task<Result<>> write(const policyv1::PodDisruptionBudget &budget, policyv1::PodDisruptionBudgetStatus status);

    client::Informer &m_budgets;
    client::Informer &m_pods;
    disruption::ExpectedScale m_scale;
};

} // namespace coracle::controllers
