#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/task.h"
#include "core/client/client.h"

#include <functional>
#include <string>

namespace coracle::kubelet {

/// A claim with the volume that it is bound to.
struct BoundClaim {
    corev1::PersistentVolumeClaim claim;
    corev1::PersistentVolume volume;

    /// Only one pod may use it at a time.
    bool isForOnePod() const;
    /// A device instead of a folder.
    bool isBlock() const;
};

/// The name of the claim behind a pod's volume; empty when the volume is no claim. Those of ephemeral volumes are
/// <pod>-<volume>.
std::string claimName(const corev1::Pod &pod, const corev1::Volume &volume);

/// The claim of a pod and its volume; the error says in the kubelet's words why the pod cannot have it (yet):
/// "error processing PVC default/data: PVC is not bound". A claim that is being deleted is only good for pods that have
/// it already, which podHas tells by the name of the PersistentVolume.
Task<Result<BoundClaim>> findClaim(client::Client &client, const corev1::Pod &pod, const corev1::Volume &volume,
                                   const std::function<bool(const std::string &)> &podHas);

} // namespace coracle::kubelet
