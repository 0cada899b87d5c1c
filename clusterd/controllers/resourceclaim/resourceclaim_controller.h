#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/resource_v1.h"

#include <set>

namespace coracle::controllers {

/// Looks after the device claims of pods: makes those that come from templates and tells their names in the pod's
/// status; takes pods that have ended from the claims' users; frees the devices of claims that nobody uses any more;
/// deletes claims that were made for pods which have ended; reserves claims for pods that got their node without the
/// scheduler.
/// Reads: Pods, ResourceClaims, ResourceClaimTemplates. Writes: ResourceClaims, Pods' status.resourceClaimStatuses.
class ResourceClaimController final : public Controller {
public:
    explicit ResourceClaimController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void podChanged(const ObjectPtr &before, const ObjectPtr &after);
    void claimChanged(const ObjectPtr &before, const ObjectPtr &after);
    Task<Result<>> syncPod(std::string key);
    Task<Result<>> syncClaim(std::string key);
    /// The name of the claim for one entry of spec.resourceClaims, which is made when it isn't there.
    Task<Result<std::string>> ensureClaim(corev1::Pod pod, corev1::PodResourceClaim podClaim);
    Task<Result<>> writeStatuses(corev1::Pod pod, std::vector<corev1::PodResourceClaimStatus> added);
    Task<Result<>> reserve(corev1::Pod pod, std::string claimName);
    /// The UIDs of those users that need the claim no more.
    Task<Result<std::set<std::string>>> goneConsumers(resourcev1::ResourceClaim claim);
    Task<Result<>> deleteIfOwnerEnded(resourcev1::ResourceClaim claim);
    /// The pod as it is now; nothing when there is none with this UID.
    Task<Result<std::optional<corev1::Pod>>> findPod(std::string namespaceName, std::string name, std::string uid);

    client::Informer &m_pods;
    client::Informer &m_claims;
    client::Informer &m_templates;
};

} // namespace coracle::controllers
