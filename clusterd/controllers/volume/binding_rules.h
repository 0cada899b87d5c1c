#pragma once

#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"
#include "core/client/event_recorder.h"

#include <optional>
#include <string>
#include <vector>

/// What the binder does with a claim and with a volume in a given state of the world (kube-controller-manager's
/// persistentvolume-binder). No I/O: the controller observes, asks here and writes.
namespace coracle::controllers::binding {

struct Note {
    client::EventKind kind = client::EventKind::Normal;
    std::string reason, message;
};

/// What a claim's decision depends on, beside the claim.
struct ClaimFacts {
    /// The volume that the claim names; without a name the one that findMatch() chose.
    std::optional<corev1::PersistentVolume> volume;
    std::optional<storagev1::StorageClass> storageClass; ///< of the claim's class name
    std::string defaultClass;                            ///< its name; empty: none
    std::vector<std::string> unscheduledPods;            ///< that use the claim
};

struct ClaimDecision {
    enum class Action {
        SetPhase,    ///< and nothing else
        Bind,        ///< with the volume of the facts
        Provision,   ///< ask the class's provisioner
        AssignClass, ///< the default class, which came after the claim
    };
    Action action = Action::SetPhase;
    std::string phase = "Pending";
    std::optional<Note> note;
};
ClaimDecision decideClaim(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts);

struct VolumeDecision {
    enum class Action {
        SetPhase,
        AskClaim, ///< the claim has yet to take the volume or to refuse it
        Unbind,   ///< free it; its claim has another one
    };
    Action action = Action::SetPhase;
    std::string phase, message;
    std::optional<Note> note;
};
/// The claim is the one that the volume refers to by name and UID; null when that is gone.
VolumeDecision decideVolume(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim *claim);

// The writes of a binding, in their order. Each tells whether it changed anything; what was written before a crash is
// found in place by the next pass.

/// spec.claimRef and, unless the user had put the claim's name there, the mark that the controller chose.
bool referToClaim(corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);
/// spec.volumeName with its mark, and the mark that both sides are written.
bool referToVolume(corev1::PersistentVolumeClaim &claim, const corev1::PersistentVolume &volume);
/// status: phase Bound, access modes, capacity and attributes of the volume. The capacity of a claim that is Bound
/// already stays: a resize may be under way.
bool showBound(corev1::PersistentVolumeClaim &claim, const corev1::PersistentVolume &volume);
/// status of a claim without a volume.
bool showUnbound(corev1::PersistentVolumeClaim &claim, const std::string &phase);
/// Undoes referToClaim(); a reservation of the user's stays as one.
void freeVolume(corev1::PersistentVolume &volume);
/// The provisioner that is asked for a volume.
bool askProvisioner(corev1::PersistentVolumeClaim &claim, const std::string &provisioner);

} // namespace coracle::controllers::binding
