#include "clusterd/kubelet/volumes/claims.h"

#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// Another object may stand at the name by now.
Result<> checkOwner(const corev1::Pod &pod, const corev1::Volume &volume, const corev1::PersistentVolumeClaim &claim) {
    if (!volume.ephemeral)
        return {};
    const auto &owners = claim.metadata.ownerReferences;
    if (std::ranges::any_of(owners, [&](const auto &owner) { return owner.uid == pod.metadata.uid; }))
        return {};
    return errors::other(fmt::format("PVC {}/{} was not created for pod {}/{} (pod is not owner)",
                                     pod.metadata.namespace_, claim.metadata.name, pod.metadata.namespace_,
                                     pod.metadata.name));
}

Result<> checkClaim(const corev1::PersistentVolumeClaim &claim, bool podHasIt) {
    if (!claim.metadata.deletionTimestamp.isZero() && !podHasIt)
        return errors::other("PVC is being deleted");
    if (claim.status.phase != "Bound")
        return errors::other("PVC is not bound");
    if (claim.spec.volumeName.empty())
        return errors::other("PVC has empty pvc.Spec.VolumeName");
    return {};
}

Result<> checkVolume(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    const auto &reference = volume.spec.claimRef;
    if (!reference)
        return errors::other(
            fmt::format("found PV object \"{}\" but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to "
                        "the claim",
                        volume.metadata.name));
    if (reference->uid != claim.metadata.uid)
        return errors::other(
            fmt::format("found PV object \"{}\" but its pv.Spec.ClaimRef.UID {} does not point to claim.UID {}",
                        volume.metadata.name, reference->uid, claim.metadata.uid));
    return {};
}

Task<Result<BoundClaim>> find(client::Client &client, const corev1::Pod &pod, const corev1::Volume &volume,
                              std::string name, const std::function<bool(const std::string &)> &podHas) {
    auto claim = co_await client::get<corev1::PersistentVolumeClaim>(client, pod.metadata.namespace_, name);
    if (!claim)
        co_return std::unexpected(withContext("failed to fetch PVC from API server", std::move(claim).error()));
    CO_CHECK(checkOwner(pod, volume, *claim));
    CO_CHECK(checkClaim(*claim, podHas(claim->spec.volumeName)));
    auto bound = co_await client::get<corev1::PersistentVolume>(client, "", claim->spec.volumeName);
    if (!bound)
        co_return std::unexpected(withContext(
            fmt::format("failed to fetch PV {} from API server", claim->spec.volumeName), std::move(bound).error()));
    CO_CHECK(checkVolume(*bound, *claim));
    co_return BoundClaim{std::move(*claim), std::move(*bound)};
}

} // namespace

bool BoundClaim::isForOnePod() const {
    const auto &modes = volume.spec.accessModes;
    return std::ranges::find(modes, "ReadWriteOncePod") != modes.end();
}

bool BoundClaim::isBlock() const {
    return volume.spec.volumeMode && *volume.spec.volumeMode == "Block";
}

std::string claimName(const corev1::Pod &pod, const corev1::Volume &volume) {
    if (volume.persistentVolumeClaim)
        return volume.persistentVolumeClaim->claimName;
    return volume.ephemeral ? pod.metadata.name + "-" + volume.name : std::string();
}

Task<Result<BoundClaim>> findClaim(client::Client &client, const corev1::Pod &pod, const corev1::Volume &volume,
                                   const std::function<bool(const std::string &)> &podHas) {
    const std::string name = claimName(pod, volume);
    auto found = co_await find(client, pod, volume, name, podHas);
    if (!found)
        co_return std::unexpected(withContext(fmt::format("error processing PVC {}/{}", pod.metadata.namespace_, name),
                                              std::move(found).error()));
    co_return std::move(*found);
}

} // namespace coracle::kubelet
