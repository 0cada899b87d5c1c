#pragma once

#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "core/base/clock.h"

#include <string_view>
#include <vector>

/// What several controllers ask of pods and of owners (k8s.io/kubernetes pkg/controller, pkg/api/v1/pod).
namespace coracle::controllers {

const corev1::PodCondition *findCondition(const corev1::PodStatus &status, std::string_view type);
bool isPodReady(const corev1::Pod &pod);
/// Ready for at least minReadySeconds.
bool isPodAvailable(const corev1::Pod &pod, int32_t minReadySeconds, WallTime now);
/// Neither finished nor being deleted.
bool isPodActive(const corev1::Pod &pod);
bool isPodTerminal(const corev1::Pod &pod);

/// The order in which a controller gives up pods, the first one first: unassigned, pending, not ready, lower
/// controller.kubernetes.io/pod-deletion-cost, more pods of the same owner on the node, ready for a shorter time,
/// restarted more often, younger.
void sortForDeletion(std::vector<corev1::Pod> &pods);

/// metadata.ownerReferences entry that makes this object the controller.
metav1::OwnerReference controllerReference(std::string_view apiVersion, std::string_view kind,
                                           const metav1::ObjectMeta &owner);
const metav1::OwnerReference *controllerOf(const metav1::ObjectMeta &object);

/// A pod made from a template for an owner: labels, annotations and spec are copied, the name is generated from the
/// owner's.
corev1::Pod podFromTemplate(const corev1::PodTemplateSpec &podTemplate, std::string_view apiVersion,
                            std::string_view kind, const metav1::ObjectMeta &owner);

} // namespace coracle::controllers
