#pragma once

#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who a StatefulSet's pods are: their names, labels and claims, as pure functions (k8s.io/kubernetes
/// pkg/controller/statefulset stateful_set_utils).
namespace coracle::controllers::statefulset {

inline constexpr std::string_view kKind = "StatefulSet";
inline constexpr std::string_view kPodNameLabel = "statefulset.kubernetes.io/pod-name";
inline constexpr std::string_view kPodIndexLabel = "apps.kubernetes.io/pod-index";
/// On a StatefulSet's pod: the whole name of its ControllerRevision.
inline constexpr std::string_view kRevisionLabel = "controller-revision-hash";

int32_t replicasOf(const appsv1::StatefulSet &set);
/// spec.ordinals.start: the ordinal of the first pod.
int32_t startOf(const appsv1::StatefulSet &set);
bool inRange(const appsv1::StatefulSet &set, int32_t ordinal);

/// "web-3" -> {"web", 3}; nothing for a name that no StatefulSet gives.
struct PodName {
    std::string_view set;
    int32_t ordinal = 0;
};
std::optional<PodName> parsePodName(std::string_view name);
std::string podName(const appsv1::StatefulSet &set, int32_t ordinal);
/// The ordinal of a pod that has this set's name; -1 for others.
int32_t ordinalOf(const appsv1::StatefulSet &set, const corev1::Pod &pod);
std::string_view revisionOf(const corev1::Pod &pod); ///< empty without one

/// The pod with this ordinal, made from a revision's template.
corev1::Pod newPod(const appsv1::StatefulSet &set, const corev1::PodTemplateSpec &podTemplate,
                   std::string_view revision, int32_t ordinal);
/// Sets the labels that name the pod; whether anything changed.
bool identify(corev1::Pod &pod, int32_t ordinal);

std::string claimName(const appsv1::StatefulSet &set, const corev1::PersistentVolumeClaim &claimTemplate,
                      int32_t ordinal);
/// The claims of the pod with this ordinal, each owned as the retention policy wants it for a pod that stays.
std::vector<corev1::PersistentVolumeClaim> newClaims(const appsv1::StatefulSet &set, int32_t ordinal);
/// Makes the claim's owners what persistentVolumeClaimRetentionPolicy wants: none, the set (whenDeleted), or the pod
/// when it is being scaled away (whenScaled). A claim with another controller is left alone. Whether anything changed.
bool own(corev1::PersistentVolumeClaim &claim, const appsv1::StatefulSet &set, const corev1::Pod &pod);
/// Belongs to an earlier pod of this name, with which the garbage collector is to remove it. Asked while there is no
/// such pod.
bool isStale(const corev1::PersistentVolumeClaim &claim, std::string_view podName);

} // namespace coracle::controllers::statefulset
