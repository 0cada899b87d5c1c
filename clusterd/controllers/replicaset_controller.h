#pragma once

#include "clusterd/controllers/expectations.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Keeps as many pods of each ReplicaSet as it declares.
/// Reads: ReplicaSets, Pods. Writes: Pods (create, delete, adopt, release), ReplicaSets' status.
class ReplicaSetController final : public Controller {
public:
    explicit ReplicaSetController(const ControllerContext &context);
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    void podChanged(const ObjectPtr &before, const ObjectPtr &after);
    Task<Result<std::vector<corev1::Pod>>> claimPods(const appsv1::ReplicaSet &set);
    Task<Result<>> scale(const std::string &key, const appsv1::ReplicaSet &set, std::vector<corev1::Pod> active);
    Task<Result<>> createPods(const std::string &key, const appsv1::ReplicaSet &set, int count);
    Task<Result<>> deletePods(const std::string &key, const appsv1::ReplicaSet &set, std::vector<corev1::Pod> pods,
                              int count);
    Task<Result<>> writeStatus(const appsv1::ReplicaSet &set, const std::vector<corev1::Pod> &pods,
                               const Result<> &scaled);

    client::Informer &m_sets;
    client::Informer &m_pods;
    Expectations m_expectations;
};

} // namespace coracle::controllers
