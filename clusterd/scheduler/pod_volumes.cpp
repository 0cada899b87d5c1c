#include "clusterd/scheduler/pod_volumes.h"

#include "core/api/types/core_v1.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

void addDisk(std::vector<PodDisk> &disks, const corev1::Volume &volume) {
    using Kind = PodDisk::Kind;
    if (const auto &gce = volume.gcePersistentDisk)
        disks.push_back({Kind::GcePersistentDisk, gce->pdName, {}, gce->readOnly});
    if (const auto &ebs = volume.awsElasticBlockStore)
        disks.push_back({Kind::AwsElasticBlockStore, ebs->volumeID, {}, false});
    if (const auto &iscsi = volume.iscsi)
        disks.push_back({Kind::Iscsi, iscsi->iqn, {}, iscsi->readOnly});
    if (const auto &rbd = volume.rbd)
        disks.push_back({Kind::Rbd, rbd->pool + "/" + rbd->image, rbd->monitors, rbd->readOnly});
}

PodResourceClaim toResourceClaim(const corev1::PodResourceClaim &claim, const corev1::PodStatus &status) {
    PodResourceClaim found{.name = claim.name, .claimName = claim.resourceClaimName.value_or("")};
    if (claim.resourceClaimName)
        return found;
    found.generated = true;
    for (const corev1::PodResourceClaimStatus &entry : status.resourceClaimStatuses)
        if (entry.name == claim.name) {
            found.claimName = entry.resourceClaimName.value_or("");
            found.unneeded = !entry.resourceClaimName;
        }
    return found;
}

} // namespace

bool PodDisk::conflicts(const PodDisk &other) const {
    if (kind != other.kind || id != other.id || (readOnly && other.readOnly))
        return false;
    return kind != Kind::Rbd || std::ranges::find_first_of(monitors, other.monitors) != monitors.end();
}

std::unique_ptr<const PodVolumes> PodVolumes::of(const corev1::Pod &pod) {
    PodVolumes found;
    for (const corev1::Volume &volume : pod.spec.volumes) {
        if (volume.persistentVolumeClaim)
            found.claims.push_back({volume.persistentVolumeClaim->claimName, false});
        else if (volume.ephemeral)
            found.claims.push_back({pod.metadata.name + "-" + volume.name, true});
        else
            addDisk(found.disks, volume);
    }
    for (const corev1::PodResourceClaim &claim : pod.spec.resourceClaims)
        found.resourceClaims.push_back(toResourceClaim(claim, pod.status));
    if (found.claims.empty() && found.disks.empty() && found.resourceClaims.empty())
        return nullptr;
    return std::make_unique<const PodVolumes>(std::move(found));
}

bool PodVolumes::uses(const std::string &claim) const {
    return std::ranges::any_of(claims, [&](const PodClaim &own) { return own.name == claim; });
}

} // namespace coracle::scheduler
