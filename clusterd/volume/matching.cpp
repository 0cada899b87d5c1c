#include "clusterd/volume/matching.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/storage_class.h"
#include "core/api/selector.h"

#include <algorithm>
#include <tuple>

namespace coracle::volume {

namespace {

constexpr std::string_view kStorage = "storage";

api::Quantity amount(const std::map<std::string, api::Quantity, std::less<>> &resources) {
    const auto found = resources.find(kStorage);
    return found == resources.end() ? api::Quantity() : found->second;
}

std::string_view textOf(const std::optional<std::string> &text, std::string_view absent = {}) {
    return text ? std::string_view(*text) : absent;
}

bool isFree(const corev1::PersistentVolume &volume) {
    return !volume.spec.claimRef && volume.status.phase == "Available";
}

/// Smaller is better. Many access modes are kept for claims that need them, except where nodes decide what is left.
auto rank(const corev1::PersistentVolume &volume, bool byModes) {
    return std::tuple(byModes ? volume.spec.accessModes.size() : 0, capacity(volume),
                      std::string_view(volume.metadata.name));
}

} // namespace

api::Quantity requestedStorage(const corev1::PersistentVolumeClaim &claim) {
    return amount(claim.spec.resources.requests);
}

api::Quantity capacity(const corev1::PersistentVolume &volume) {
    return amount(volume.spec.capacity);
}

bool isFullyBound(const corev1::PersistentVolumeClaim &claim) {
    return !claim.spec.volumeName.empty() && claim.metadata.annotations.contains(annotations::kBindCompleted);
}

bool isMeantFor(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    const auto &reference = volume.spec.claimRef;
    return reference && reference->name == claim.metadata.name && reference->namespace_ == claim.metadata.namespace_ &&
           (reference->uid.empty() || reference->uid == claim.metadata.uid);
}

bool offersAccessModes(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    const auto &offered = volume.spec.accessModes;
    return std::ranges::all_of(claim.spec.accessModes, [&](const std::string &mode) {
        return std::ranges::find(offered, mode) != offered.end();
    });
}

bool sameVolumeMode(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    constexpr std::string_view kFilesystem = "Filesystem";
    return textOf(volume.spec.volumeMode, kFilesystem) == textOf(claim.spec.volumeMode, kFilesystem);
}

bool sameAttributesClass(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    return textOf(volume.spec.volumeAttributesClassName) == textOf(claim.spec.volumeAttributesClassName);
}

std::string_view mismatch(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    if (capacity(volume) < requestedStorage(claim))
        return "requested PV is too small";
    if (classOf(volume) != classOf(claim))
        return "storageClassName does not match";
    if (!sameAttributesClass(volume, claim))
        return "VolumeAttributesClassName does not match";
    if (!sameVolumeMode(volume, claim))
        return "incompatible volumeMode";
    if (!offersAccessModes(volume, claim))
        return "incompatible accessMode";
    return {};
}

const corev1::PersistentVolume *findMatch(const corev1::PersistentVolumeClaim &claim,
                                          std::span<const corev1::PersistentVolume *const> volumes,
                                          const MatchOptions &options) {
    const auto selector = claim.spec.selector ? api::LabelSelector::from(*claim.spec.selector)
                                              : Result<api::LabelSelector>(api::LabelSelector());
    const auto reachable = [&](const corev1::PersistentVolume &volume) {
        return !options.reachable || options.reachable(volume);
    };
    const bool byModes = !options.reachable;
    const corev1::PersistentVolume *best = nullptr;
    for (const corev1::PersistentVolume *volume : volumes) {
        if (!volume->metadata.deletionTimestamp.isZero() || (options.taken && options.taken(*volume)))
            continue;
        if (isMeantFor(*volume, claim)) {
            if (requestedStorage(claim) <= capacity(*volume) && sameVolumeMode(*volume, claim) &&
                sameAttributesClass(*volume, claim))
                return reachable(*volume) ? volume : nullptr;
            continue;
        }
        if (options.waitForConsumer || !isFree(*volume) || !selector || !mismatch(*volume, claim).empty())
            continue;
        if ((best && rank(*best, byModes) < rank(*volume, byModes)) || !selector->matchesMap(volume->metadata.labels))
            continue;
        if (reachable(*volume))
            best = volume;
    }
    return best;
}

} // namespace coracle::volume
