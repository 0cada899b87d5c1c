#pragma once

#include "clusterd/controllers/expectations.h"
#include "clusterd/controllers/replicaset/replica_kind.h"
#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Keeps as many pods of each ReplicaSet, or of each ReplicationController, as it declares.
/// Reads: objects of that kind, Pods. Writes: Pods (create, delete, adopt, release), the status of the kind's objects.
class ReplicaSetController final : public Controller {
public:
    explicit ReplicaSetController(const ControllerContext &context, const ReplicaKind &kind = replicaSets());
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    /// Of one set.
    struct Pods {
        std::vector<corev1::Pod> active;
        int32_t terminating = 0; ///< being deleted, but not ended yet
    };

    Task<Result<Pods>> claimPods(const appsv1::ReplicaSet &set);
    Task<Result<>> scale(const std::string &key, const appsv1::ReplicaSet &set, std::vector<corev1::Pod> active);
    Task<Result<>> createPods(const std::string &key, const appsv1::ReplicaSet &set, int count);
    Task<Result<>> deletePods(const std::string &key, const appsv1::ReplicaSet &set, std::vector<corev1::Pod> pods,
                              int count);
    Task<Result<>> writeStatus(const appsv1::ReplicaSet &set, const Pods &all, const Result<> &scaled);

    client::ObjectReference reference(const appsv1::ReplicaSet &set) const;

    const ReplicaKind &m_kind;
    client::Informer &m_sets;
    client::Informer &m_pods;
    Expectations m_expectations;
};

} // namespace coracle::controllers
