#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Rolls the pods of each Deployment from one template to the next by way of ReplicaSets.
/// Reads: Deployments, ReplicaSets, Pods. Writes: ReplicaSets, Deployments' status and revision annotation.
class DeploymentController final : public Controller {
public:
    explicit DeploymentController(const ControllerContext &context);
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    friend class Rollout;

    client::Informer &m_deployments;
    client::Informer &m_sets;
    client::Informer &m_pods;
};

} // namespace coracle::controllers
