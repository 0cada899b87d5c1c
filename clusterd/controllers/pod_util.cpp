#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

namespace coracle::controllers {

namespace {

constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

int32_t deletionCost(const corev1::Pod &pod) {
    auto found = pod.metadata.annotations.find(kDeletionCost);
    int32_t cost = 0;
    if (found != pod.metadata.annotations.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), cost);
    return cost;
}

int phaseRank(std::string_view phase) {
    if (phase == corev1::kPodPending)
        return 0;
    return phase == corev1::kPodUnknown ? 1 : 2;
}

int32_t restarts(const corev1::Pod &pod) {
    int32_t most = 0;
    for (const corev1::ContainerStatus &status : pod.status.containerStatuses)
        most = std::max(most, status.restartCount);
    return most;
}

WallTime readySince(const corev1::Pod &pod) {
    const corev1::PodCondition *ready = findCondition(pod.status, corev1::kPodReady);
    return ready && ready->status == corev1::kConditionTrue && ready->lastTransitionTime ? *ready->lastTransitionTime
                                                                                         : WallTime::max();
}

/// Smaller goes first.
auto rankOf(const corev1::Pod &pod, const std::map<std::string, int, std::less<>> &podsOnNode) {
    const auto together = podsOnNode.find(pod.spec.nodeName);
    const WallTime created = pod.metadata.creationTimestamp ? *pod.metadata.creationTimestamp : WallTime::max();
    return std::tuple(!pod.spec.nodeName.empty(), phaseRank(pod.status.phase), isPodReady(pod), deletionCost(pod),
                      together == podsOnNode.end() ? 0 : -together->second, -readySince(pod).time_since_epoch().count(),
                      -restarts(pod), -created.time_since_epoch().count());
}

} // namespace

const corev1::PodCondition *findCondition(const corev1::PodStatus &status, std::string_view type) {
    for (const corev1::PodCondition &condition : status.conditions)
        if (condition.type == type)
            return &condition;
    return nullptr;
}

bool isPodReady(const corev1::Pod &pod) {
    const corev1::PodCondition *ready = findCondition(pod.status, corev1::kPodReady);
    return ready && ready->status == corev1::kConditionTrue;
}

bool isPodAvailable(const corev1::Pod &pod, int32_t minReadySeconds, WallTime now) {
    if (!isPodReady(pod))
        return false;
    if (minReadySeconds == 0)
        return true;
    const WallTime since = readySince(pod);
    return since != WallTime::max() && since + std::chrono::seconds(minReadySeconds) <= now;
}

bool isPodTerminal(const corev1::Pod &pod) {
    return pod.status.phase == corev1::kPodSucceeded || pod.status.phase == corev1::kPodFailed;
}

bool isPodActive(const corev1::Pod &pod) {
    return !isPodTerminal(pod) && !pod.metadata.deletionTimestamp;
}

void sortForDeletion(std::vector<corev1::Pod> &pods) {
    std::map<std::string, int, std::less<>> podsOnNode;
    for (const corev1::Pod &pod : pods)
        if (!pod.spec.nodeName.empty())
            ++podsOnNode[pod.spec.nodeName];
    std::stable_sort(pods.begin(), pods.end(), [&](const corev1::Pod &a, const corev1::Pod &b) {
        return rankOf(a, podsOnNode) < rankOf(b, podsOnNode);
    });
}

metav1::OwnerReference controllerReference(std::string_view apiVersion, std::string_view kind,
                                           const metav1::ObjectMeta &owner) {
    metav1::OwnerReference reference;
    reference.apiVersion = apiVersion;
    reference.kind = kind;
    reference.name = owner.name;
    reference.uid = owner.uid;
    reference.controller = true;
    reference.blockOwnerDeletion = true;
    return reference;
}

const metav1::OwnerReference *controllerOf(const metav1::ObjectMeta &object) {
    for (const metav1::OwnerReference &owner : object.ownerReferences)
        if (owner.controller.value_or(false))
            return &owner;
    return nullptr;
}

corev1::Pod podFromTemplate(const corev1::PodTemplateSpec &podTemplate, std::string_view apiVersion,
                            std::string_view kind, const metav1::ObjectMeta &owner) {
    corev1::Pod pod;
    pod.metadata.namespace_ = owner.namespace_;
    pod.metadata.generateName = owner.name + "-";
    pod.metadata.labels = podTemplate.metadata.labels;
    pod.metadata.annotations = podTemplate.metadata.annotations;
    pod.metadata.finalizers = podTemplate.metadata.finalizers;
    pod.metadata.ownerReferences.push_back(controllerReference(apiVersion, kind, owner));
    pod.spec = podTemplate.spec;
    return pod;
}

} // namespace coracle::controllers
