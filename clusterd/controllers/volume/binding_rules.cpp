#include "clusterd/controllers/volume/binding_rules.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"
#include "core/api/metadata.h"
#include "core/api/object_reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::controllers::binding {

namespace {

using client::EventKind;
namespace annotations = volume::annotations;

constexpr std::string_view kInTree = "kubernetes.io/"; // provisioners of this name would be part of Kubernetes itself

bool has(const metav1::ObjectMeta &metadata, std::string_view annotation) {
    return metadata.annotations.contains(annotation);
}

/// Sets the value; whether it was another before.
template<class T, class U>
bool assign(T &member, const U &value) {
    if (member == T(value))
        return false;
    member = T(value);
    return true;
}

bool annotate(metav1::ObjectMeta &metadata, std::string_view name, const std::string &value) {
    return assign(metadata.annotations[std::string(name)], value);
}

ClaimDecision pending(Note note) {
    return {.phase = "Pending", .note = std::move(note)};
}

ClaimDecision lost(std::string reason, std::string message) {
    return {.phase = "Lost", .note = Note{EventKind::Warning, std::move(reason), std::move(message)}};
}

ClaimDecision bind() {
    return {.action = ClaimDecision::Action::Bind, .phase = "Bound", .note = {}};
}

Note waitingForConsumer(const ClaimFacts &facts) {
    if (facts.unscheduledPods.empty())
        return {EventKind::Normal, "WaitForFirstConsumer", "waiting for first consumer to be created before binding"};
    const bool several = facts.unscheduledPods.size() > 1;
    return {EventKind::Normal, "WaitForPodScheduled",
            fmt::format("waiting for {} {} to be scheduled", several ? "pods" : "pod",
                        fmt::join(facts.unscheduledPods, ","))};
}

ClaimDecision provision(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts) {
    const auto failed = [](std::string message) {
        return pending({EventKind::Warning, "ProvisioningFailed", std::move(message)});
    };
    if (!facts.storageClass)
        return failed(fmt::format("storageclass.storage.k8s.io \"{}\" not found", volume::classOf(claim)));
    const std::string &provisioner = facts.storageClass->provisioner;
    if (provisioner.starts_with(kInTree))
        return failed(fmt::format("no volume plugin matched name: {}", provisioner));
    return {.action = ClaimDecision::Action::Provision,
            .phase = "Pending",
            .note = Note{EventKind::Normal, "ExternalProvisioning",
                         fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or "
                                     "manually by the system administrator. If volume creation is delayed, please "
                                     "verify that the provisioner is running and correctly registered.",
                                     provisioner)}};
}

/// Nothing is named and nothing fits.
ClaimDecision withoutVolume(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts) {
    if (!volume::saysClass(claim) && !facts.defaultClass.empty())
        return {.action = ClaimDecision::Action::AssignClass, .phase = "Pending", .note = {}};
    if (facts.storageClass && volume::waitsForConsumer(*facts.storageClass) &&
        !has(claim.metadata, annotations::kSelectedNode))
        return pending(waitingForConsumer(facts));
    if (!volume::classOf(claim).empty())
        return provision(claim, facts);
    return pending({EventKind::Normal, "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set"});
}

/// The claim names a volume, but the binding isn't complete.
ClaimDecision withNamedVolume(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts) {
    if (!facts.volume)
        return {};
    const corev1::PersistentVolume &named = *facts.volume;
    if (volume::isMeantFor(named, claim))
        return bind();
    if (named.spec.claimRef)
        return pending({EventKind::Warning, "FailedBinding",
                        fmt::format("volume \"{}\" already bound to a different claim.", claim.spec.volumeName)});
    if (const std::string_view why = volume::mismatch(named, claim); !why.empty())
        return pending({EventKind::Warning, "VolumeMismatch",
                        fmt::format("Cannot bind to requested volume \"{}\": {}", named.metadata.name, why)});
    return bind();
}

/// Both sides were written once.
ClaimDecision whenCompleted(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts) {
    if (claim.spec.volumeName.empty())
        return lost("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
    if (!facts.volume)
        return lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    if (facts.volume->spec.claimRef && !volume::isMeantFor(*facts.volume, claim))
        return lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
    return bind();
}

/// The volume's claim is gone: what its policy says.
VolumeDecision reclaim(const corev1::PersistentVolume &volume) {
    const auto failed = [](std::string reason, std::string message) {
        return VolumeDecision{
            .phase = "Failed", .message = message, .note = Note{EventKind::Warning, std::move(reason), message}};
    };
    const std::string &policy = volume.spec.persistentVolumeReclaimPolicy;
    const auto by = api::annotation(volume.metadata, annotations::kProvisionedBy);
    const bool external = by && !by->starts_with(kInTree);
    if (policy == "Recycle")
        return failed("VolumeFailedRecycle", "No recycler plugin found for the volume!");
    if (policy == "Delete" && !external)
        return failed("VolumeFailedDelete",
                      fmt::format("error getting deleter volume plugin for volume \"{}\": no deletable volume plugin "
                                  "matched",
                                  volume.metadata.name));
    if (policy != "Retain" && policy != "Delete")
        return failed("VolumeUnknownReclaimPolicy", "Volume has unrecognized reclaim policy");
    if (volume.status.phase == "Failed")
        return {.phase = "Failed", .message = volume.status.message, .note = {}};
    return {.phase = "Released", .message = {}, .note = {}};
}

} // namespace

ClaimDecision decideClaim(const corev1::PersistentVolumeClaim &claim, const ClaimFacts &facts) {
    if (has(claim.metadata, annotations::kBindCompleted))
        return whenCompleted(claim, facts);
    if (!claim.spec.volumeName.empty())
        return withNamedVolume(claim, facts);
    if (!claim.metadata.deletionTimestamp.isZero())
        return {}; // nothing new for a claim that goes
    return facts.volume ? bind() : withoutVolume(claim, facts);
}

VolumeDecision decideVolume(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim *claim) {
    if (!volume.spec.claimRef || volume.spec.claimRef->uid.empty())
        return {.phase = "Available", .message = {}, .note = {}};
    if (!claim)
        return reclaim(volume);
    if (claim->spec.volumeName == volume.metadata.name)
        return {.phase = "Bound", .message = {}, .note = {}};
    if (claim->spec.volumeName.empty()) {
        // Deleted before its binding was complete: claims don't take such volumes, and its protection has to end.
        if (!volume.metadata.deletionTimestamp.isZero())
            return {.phase = "Available", .message = {}, .note = {}};
        VolumeDecision decision{.action = VolumeDecision::Action::AskClaim, .phase = {}, .message = {}, .note = {}};
        if (!volume::sameVolumeMode(volume, *claim))
            decision.note = Note{EventKind::Warning, "VolumeMismatch",
                                 fmt::format("Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{}\" "
                                             "due to incompatible volumeMode.",
                                             claim->metadata.name)};
        return decision;
    }
    // It was made for the claim, which took another one meanwhile: nobody else can want it.
    if (has(volume.metadata, annotations::kProvisionedBy) && volume.spec.persistentVolumeReclaimPolicy == "Delete")
        return reclaim(volume);
    return {.action = VolumeDecision::Action::Unbind, .phase = "Available", .message = {}, .note = {}};
}

bool referToClaim(corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    const bool chosenHere = !volume::isMeantFor(volume, claim);
    bool changed = false;
    if (chosenHere || volume.spec.claimRef->uid != claim.metadata.uid) {
        volume.spec.claimRef = api::referenceTo(claim);
        changed = true;
    }
    if (chosenHere)
        changed |= annotate(volume.metadata, annotations::kBoundByController, "yes");
    return changed;
}

bool referToVolume(corev1::PersistentVolumeClaim &claim, const corev1::PersistentVolume &volume) {
    bool changed = false;
    if (assign(claim.spec.volumeName, volume.metadata.name)) {
        annotate(claim.metadata, annotations::kBoundByController, "yes");
        changed = true;
    }
    changed |= annotate(claim.metadata, annotations::kBindCompleted, "yes");
    return changed;
}

bool showBound(corev1::PersistentVolumeClaim &claim, const corev1::PersistentVolume &volume) {
    corev1::PersistentVolumeClaimStatus &status = claim.status;
    bool changed = false;
    if (status.phase != "Bound") {
        changed |= assign(status.capacity, volume.spec.capacity);
        std::optional<std::string> attributes = volume.spec.volumeAttributesClassName;
        if (attributes && attributes->empty())
            attributes.reset();
        changed |= assign(status.currentVolumeAttributesClassName, attributes);
    }
    changed |= assign(status.accessModes, volume.spec.accessModes);
    changed |= assign(status.phase, "Bound");
    return changed;
}

bool showUnbound(corev1::PersistentVolumeClaim &claim, const std::string &phase) {
    corev1::PersistentVolumeClaimStatus wanted = claim.status;
    wanted.phase = phase;
    wanted.accessModes.clear();
    wanted.capacity.clear();
    wanted.currentVolumeAttributesClassName.reset();
    return assign(claim.status, wanted);
}

void freeVolume(corev1::PersistentVolume &volume) {
    if (has(volume.metadata, annotations::kBoundByController)) {
        volume.spec.claimRef.reset();
        volume.metadata.annotations.erase(std::string(annotations::kBoundByController));
    } else if (volume.spec.claimRef) {
        volume.spec.claimRef->uid.clear();
    }
}

bool askProvisioner(corev1::PersistentVolumeClaim &claim, const std::string &provisioner) {
    const bool beta = annotate(claim.metadata, annotations::kBetaStorageProvisioner, provisioner);
    return annotate(claim.metadata, annotations::kStorageProvisioner, provisioner) || beta;
}

} // namespace coracle::controllers::binding
