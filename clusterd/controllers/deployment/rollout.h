#pragma once

#include "clusterd/controllers/deployment/deployment_controller.h"
#include "clusterd/controllers/deployment/deployment_util.h"

namespace coracle::controllers {

/// One pass over one deployment: the state it started from and the steps that it may take.
class Rollout {
public:
    Rollout(DeploymentController &controller, appsv1::Deployment deployment)
        : m_controller(controller), m_deployment(std::move(deployment)) {}

    Task<Result<>> run();

private:
    enum class CreateNew { No, Yes };

    // deployment_controller.cpp: what belongs to the deployment, and what it reports
    Task<Result<>> claimSets();
    Task<Result<>> noteRevision(int64_t revision);
    Task<Result<>> notePaused();
    Task<Result<>> findSets(CreateNew create);
    Task<Result<>> useExistingNew(int64_t revision);
    Task<Result<>> createNew(int64_t revision);
    Task<Result<>> createCollided(const appsv1::ReplicaSet &wanted, const Status &failure);
    Task<Result<>> writeStatus(appsv1::DeploymentStatus status);
    Task<Result<>> reportStatus();
    Task<Result<>> reportProgress();
    void requeueBeforeDeadline(const appsv1::DeploymentStatus &status);
    bool isScaling() const;
    bool oldPodsRun() const;

    // rollout_steps.cpp: what it does to the sets
    Task<Result<>> syncScale();
    Task<Result<>> scaleProportionally();
    Task<Result<>> recreate();
    Task<Result<>> roll();
    Task<Result<bool>> scaleNew();
    Task<Result<bool>> scaleDownOld();
    Task<Result<int32_t>> dropUnhealthy(int32_t most);
    Task<Result<int32_t>> dropAvailable();
    Task<Result<bool>> scaleTo(appsv1::ReplicaSet &set, int32_t replicas);
    Task<Result<>> cleanUp();

    deployment::ReplicaSets all() const;
    client::ObjectReference reference() const;
    std::string key() const { return m_deployment.metadata.namespace_ + "/" + m_deployment.metadata.name; }
    WallTime now() { return m_controller.clock().now(); }
    void event(client::EventKind kind, std::string_view reason, std::string_view message) {
        m_controller.events().event(reference(), kind, reason, message);
    }

    DeploymentController &m_controller;
    appsv1::Deployment m_deployment;
    deployment::ReplicaSets m_claimed; ///< all sets of the deployment
    deployment::ReplicaSets m_old;     ///< those with another template
    std::optional<appsv1::ReplicaSet> m_new;
};

} // namespace coracle::controllers
