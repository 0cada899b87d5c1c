#pragma once

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/api/types/core_v1.h"

#include <functional>
#include <span>
#include <string_view>

/// Which volume suits which claim (k8s.io/component-helpers storage/volume). The binder of the controllers and the
/// scheduler's VolumeBinding ask the same functions, so that they never disagree. Pure and thread-safe.
namespace coracle::volume {

/// spec.resources.requests.storage, and spec.capacity.storage; zero when absent.
api::Quantity requestedStorage(const corev1::PersistentVolumeClaim &claim);
api::Quantity capacity(const corev1::PersistentVolume &volume);

/// Both sides say so: the claim names a volume and the binding was completed.
bool isFullyBound(const corev1::PersistentVolumeClaim &claim);
/// The volume's claimRef means this claim. A reference without a UID is a reservation for the name, whoever bears it.
bool isMeantFor(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);

/// The volume has every access mode that the claim wants.
bool offersAccessModes(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);
/// Filesystem or Block; absent means Filesystem.
bool sameVolumeMode(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);
/// volumeAttributesClassName, where absent and empty are the same.
bool sameAttributesClass(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);

/// Why the volume cannot serve a claim that names it ("requested PV is too small"); empty: it can. The claim's selector
/// is not asked: who names a volume means it.
std::string_view mismatch(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);

/// Where findMatch() looks.
struct MatchOptions {
    /// Scheduling: whether the volume can be reached from the node. Without it, any volume can.
    std::function<bool(const corev1::PersistentVolume &)> reachable = {};
    /// Scheduling: volumes that other claims of the pod take.
    std::function<bool(const corev1::PersistentVolume &)> taken = {};
    /// Binding: the claim's class waits for its first consumer, so that only the scheduler chooses; then only a volume
    /// that is already meant for the claim may be taken.
    bool waitForConsumer = false;
};

/// The volume that serves the claim best: one that is meant for it; else, among those that are Available and of its
/// class, modes, attributes and labels, the smallest that is large enough; where no node is asked for, those with the
/// fewest access modes come first, whatever their size. Of equals the first by name. Null when there is none. A volume
/// that is meant for the claim but can't be reached leaves nothing to choose. An invalid label selector matches
/// nothing.
const corev1::PersistentVolume *findMatch(const corev1::PersistentVolumeClaim &claim,
                                          std::span<const corev1::PersistentVolume *const> volumes,
                                          const MatchOptions &options = {});

} // namespace coracle::volume
