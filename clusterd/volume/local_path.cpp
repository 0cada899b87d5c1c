#include "clusterd/volume/local_path.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/node_affinity.h"
#include "core/api/metadata.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::volume::localpath {

namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr std::string_view kInUse = "kubernetes.io/pv-protection"; // a finalizer: the volume is bound

bool hasFinalizer(const corev1::PersistentVolume &volume, std::string_view name) {
    return std::ranges::find(volume.metadata.finalizers, name) != volume.metadata.finalizers.end();
}

} // namespace

bool isLocalPath(const corev1::PersistentVolume &volume) {
    return api::annotation(volume.metadata, annotations::kProvisionedBy) == kProvisioner;
}

std::string_view nodeOf(const corev1::PersistentVolume &volume) {
    const std::string_view name = api::annotation(volume.metadata, kNode).value_or("");
    return name.empty() ? NodeAffinity::singleValue(volume, kHostname) : name;
}

std::string_view pathOf(const corev1::PersistentVolume &volume) {
    if (volume.spec.local)
        return volume.spec.local->path;
    return volume.spec.hostPath ? std::string_view(volume.spec.hostPath->path) : std::string_view();
}

std::string directoryName(std::string_view volume, std::string_view claimNamespace, std::string_view claim) {
    return fmt::format("{}_{}_{}", volume, claimNamespace, claim);
}

std::string preparedFor(const corev1::PersistentVolume &volume) {
    return capacity(volume).text();
}

Work workOf(const corev1::PersistentVolume &volume) {
    if (!isLocalPath(volume))
        return Work::Nothing;
    if (!volume.metadata.deletionTimestamp.isZero()) {
        if (!hasFinalizer(volume, kFinalizer) || hasFinalizer(volume, kInUse))
            return Work::Nothing;
        return volume.spec.persistentVolumeReclaimPolicy == "Delete" ? Work::Remove : Work::LetGo;
    }
    const std::string_view prepared = api::annotation(volume.metadata, kPrepared).value_or("");
    if (prepared.empty())
        return Work::Prepare;
    return prepared == preparedFor(volume) ? Work::Nothing : Work::Resize;
}

} // namespace coracle::volume::localpath
