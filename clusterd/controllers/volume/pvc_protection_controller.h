#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Lets a claim that is being deleted go when no scheduled pod uses it any more (finalizer
/// kubernetes.io/pvc-protection). Reads: PersistentVolumeClaims, Pods. Writes: the claims' finalizers.
class PvcProtectionController final : public Controller {
public:
    explicit PvcProtectionController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void podChanged(const ObjectPtr &before, const ObjectPtr &after);
    Task<Result<bool>> isUsed(ObjectPtr claim);

    client::Informer &m_claims;
};

/// The names of the claims that a pod's volumes stand for, those of ephemeral volumes included.
std::vector<std::string> claimsOf(const corev1::Pod &pod);

} // namespace coracle::controllers
