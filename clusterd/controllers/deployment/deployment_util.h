#pragma once

#include "core/api/types/apps_v1.h"
#include "core/base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The arithmetic of deployments: pure functions over the declared and observed state (k8s.io/kubernetes
/// pkg/controller/deployment/util).
namespace coracle::controllers::deployment {

using ReplicaSets = std::vector<appsv1::ReplicaSet>;

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kPodTemplateHash = "pod-template-hash";

int32_t replicasOf(const appsv1::Deployment &deployment);
int32_t replicasOf(const appsv1::ReplicaSet &set);
int32_t sumReplicas(const ReplicaSets &sets); ///< declared
bool isRolling(const appsv1::Deployment &deployment);

/// How many pods may be above and below the declared number; percentages are of the declared number, surge rounded up
/// and unavailable down; both zero would never move, so unavailable is 1 then.
int32_t maxSurge(const appsv1::Deployment &deployment);
int32_t maxUnavailable(const appsv1::Deployment &deployment);

/// The same template but for the label pod-template-hash.
bool sameTemplate(const corev1::PodTemplateSpec &a, const corev1::PodTemplateSpec &b);
/// The value of pod-template-hash: stable over restarts; the collision count gives another one for the same template.
std::string templateHash(const corev1::PodTemplateSpec &podTemplate, std::optional<int32_t> collisionCount);

/// The index of the set with the deployment's template (the oldest, should there be several).
std::optional<size_t> findNew(const appsv1::Deployment &deployment, const ReplicaSets &sets);
int64_t revisionOf(const metav1::ObjectMeta &metadata); ///< 0 without one
void sortByCreation(ReplicaSets &sets);

/// How many replicas the new set may have now.
int32_t newReplicaSetReplicas(const appsv1::Deployment &deployment, const ReplicaSets &all,
                              const appsv1::ReplicaSet &set);
/// The share of `toAdd` (may be negative) that this set gets when a deployment is scaled in the middle of a rollout.
int32_t proportion(const appsv1::ReplicaSet &set, const appsv1::Deployment &deployment, int32_t toAdd, int32_t added);

/// Sets what a deployment writes into its new set's annotations; whether anything changed.
bool annotateNew(const appsv1::Deployment &deployment, appsv1::ReplicaSet &set, int64_t revision, bool exists);
bool annotateReplicas(appsv1::ReplicaSet &set, int32_t desired, int32_t most);
std::optional<int32_t> annotatedDesired(const appsv1::ReplicaSet &set);

const appsv1::DeploymentCondition *findCondition(const appsv1::DeploymentStatus &status, std::string_view type);
/// Adds or replaces; an equal status and reason change nothing; an equal status keeps its transition time.
void setCondition(appsv1::DeploymentStatus &status, appsv1::DeploymentCondition condition);
void removeCondition(appsv1::DeploymentStatus &status, std::string_view type);
appsv1::DeploymentCondition makeCondition(std::string_view type, std::string_view status, std::string_view reason,
                                          std::string message, WallTime now);

bool hasProgressDeadline(const appsv1::Deployment &deployment);
bool isComplete(const appsv1::Deployment &deployment, const appsv1::DeploymentStatus &status);
bool isProgressing(const appsv1::DeploymentStatus &before, const appsv1::DeploymentStatus &after);
bool isTimedOut(const appsv1::Deployment &deployment, const appsv1::DeploymentStatus &status, WallTime now);

/// The status that the observed sets give; conditions other than Available are carried over.
appsv1::DeploymentStatus calculateStatus(const appsv1::Deployment &deployment, const ReplicaSets &all,
                                         const appsv1::ReplicaSet *fresh, WallTime now);

} // namespace coracle::controllers::deployment
