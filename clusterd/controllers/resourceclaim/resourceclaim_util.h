#pragma once

#include "core/api/types/core_v1.h"
#include "core/api/types/resource_v1.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

/// The decisions of the ResourceClaim controller (k8s.io/kubernetes pkg/controller/resourceclaim).
namespace coracle::controllers {

/// The user of a claim is a pod; others are somebody else's matter.
bool isPod(const resourcev1::ResourceClaimConsumerReference &consumer);
/// The pod needs its claims no more: it has ended, or is being deleted before it got a node.
bool isDone(const corev1::Pod &pod);

/// The claim without the users that are gone (by UID): when that leaves nobody, without its devices too, and so is a
/// claim that is being deleted and has no users. Nothing when the status stays as it is.
std::optional<resourcev1::ResourceClaimStatus> cleanedStatus(const resourcev1::ResourceClaim &claim,
                                                             const std::set<std::string> &gone);

/// Nothing is allocated, so that the finalizer must not keep the claim any more.
bool mayDropFinalizer(const resourcev1::ResourceClaim &claim);

/// The claim that a template makes for a pod. The API server completes its name, which begins with the names of the pod
/// and of the claim in the pod.
resourcev1::ResourceClaim claimFromTemplate(const resourcev1::ResourceClaimTemplate &claimTemplate,
                                            const corev1::Pod &pod, const std::string &podClaimName);
/// Whether a claim was made for this pod under this name.
bool isMadeFor(const resourcev1::ResourceClaim &claim, const corev1::Pod &pod, std::string_view podClaimName);

/// The entry of pod.status.resourceClaimStatuses, or null.
const corev1::PodResourceClaimStatus *findClaimStatus(const corev1::Pod &pod, std::string_view podClaimName);
/// The names of all claims that the pod uses, as far as they are known.
std::set<std::string> claimNames(const corev1::Pod &pod);

} // namespace coracle::controllers
