#include "clusterd/controllers/replicaset/replica_kind.h"

#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"

namespace coracle::controllers {

namespace {

Result<appsv1::ReplicaSet> decodeSet(const api::Object &object) {
    return api::decode<appsv1::ReplicaSet>(object);
}

Task<Result<>> updateSet(client::Client &client, appsv1::ReplicaSet set) {
    CO_CHECK(co_await client::updateStatus(client, std::move(set)));
    co_return Result<>{};
}

Result<appsv1::ReplicaSet> decodeController(const api::Object &object) {
    TRY(corev1::ReplicationController from, api::decode<corev1::ReplicationController>(object));
    appsv1::ReplicaSet set;
    set.metadata = std::move(from.metadata);
    set.spec.replicas = from.spec.replicas;
    set.spec.minReadySeconds = from.spec.minReadySeconds;
    metav1::LabelSelector selector;
    selector.matchLabels = std::move(from.spec.selector);
    set.spec.selector = std::move(selector);
    if (from.spec.template_)
        set.spec.template_ = std::move(*from.spec.template_);
    set.status.replicas = from.status.replicas;
    set.status.fullyLabeledReplicas = from.status.fullyLabeledReplicas;
    set.status.readyReplicas = from.status.readyReplicas;
    set.status.availableReplicas = from.status.availableReplicas;
    set.status.observedGeneration = from.status.observedGeneration;
    for (const corev1::ReplicationControllerCondition &condition : from.status.conditions)
        set.status.conditions.push_back(
            {condition.type, condition.status, condition.lastTransitionTime, condition.reason, condition.message});
    return set;
}

/// The update of a status takes nothing from the spec.
Task<Result<>> updateController(client::Client &client, appsv1::ReplicaSet set) {
    corev1::ReplicationController to;
    to.metadata = std::move(set.metadata);
    to.status.replicas = set.status.replicas;
    to.status.fullyLabeledReplicas = set.status.fullyLabeledReplicas;
    to.status.readyReplicas = set.status.readyReplicas;
    to.status.availableReplicas = set.status.availableReplicas;
    to.status.observedGeneration = set.status.observedGeneration;
    for (const appsv1::ReplicaSetCondition &condition : set.status.conditions)
        to.status.conditions.push_back(
            {condition.type, condition.status, condition.lastTransitionTime, condition.reason, condition.message});
    CO_CHECK(co_await client::updateStatus(client, std::move(to)));
    co_return Result<>{};
}

} // namespace

const ReplicaKind &replicaSets() {
    static const ReplicaKind kind{"replicaset", appsv1::ReplicaSet::resource(), decodeSet, updateSet, true};
    return kind;
}

const ReplicaKind &replicationControllers() {
    static const ReplicaKind kind{"replicationcontroller", corev1::ReplicationController::resource(), decodeController,
                                  updateController};
    return kind;
}

} // namespace coracle::controllers
