#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Makes the claims of pods' generic ephemeral volumes (KEP-1698): named <pod>-<volume>, owned by the pod.
/// Reads: Pods, PersistentVolumeClaims. Writes: PersistentVolumeClaims (create).
class EphemeralVolumeController final : public Controller {
public:
    explicit EphemeralVolumeController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    Task<Result<>> ensureClaim(const corev1::Pod &pod, const corev1::Volume &volume);

    client::Informer &m_pods;
    client::Informer &m_claims;
};

} // namespace coracle::controllers
