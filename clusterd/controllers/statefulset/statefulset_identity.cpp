#include "clusterd/controllers/statefulset/statefulset_identity.h"

#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::controllers::statefulset {

namespace {

enum class ClaimOwner { None, Set, Pod };

ClaimOwner claimOwner(const appsv1::StatefulSet &set, int32_t ordinal) {
    const auto &policy = set.spec.persistentVolumeClaimRetentionPolicy;
    if (policy && policy->whenScaled == "Delete" && !inRange(set, ordinal))
        return ClaimOwner::Pod;
    return policy && policy->whenDeleted == "Delete" ? ClaimOwner::Set : ClaimOwner::None;
}

bool setLabel(corev1::Pod &pod, std::string_view name, std::string value) {
    std::string &label = pod.metadata.labels[std::string(name)];
    if (label == value)
        return false;
    label = std::move(value);
    return true;
}

/// The claims' volumes, then those of the template that no claim replaces.
void useClaims(corev1::Pod &pod, const appsv1::StatefulSet &set, int32_t ordinal) {
    std::vector<corev1::Volume> volumes;
    for (const corev1::PersistentVolumeClaim &claimTemplate : set.spec.volumeClaimTemplates) {
        corev1::Volume &volume = volumes.emplace_back();
        volume.name = claimTemplate.metadata.name;
        volume.persistentVolumeClaim.ensure().claimName = claimName(set, claimTemplate, ordinal);
    }
    const size_t claims = volumes.size();
    for (corev1::Volume &volume : pod.spec.volumes)
        if (std::none_of(volumes.begin(), volumes.begin() + static_cast<ptrdiff_t>(claims),
                         [&](const corev1::Volume &claim) { return claim.name == volume.name; }))
            volumes.push_back(std::move(volume));
    pod.spec.volumes = std::move(volumes);
}

} // namespace

int32_t replicasOf(const appsv1::StatefulSet &set) {
    return set.spec.replicas.value_or(1);
}

int32_t startOf(const appsv1::StatefulSet &set) {
    return set.spec.ordinals ? set.spec.ordinals->start : 0;
}

bool inRange(const appsv1::StatefulSet &set, int32_t ordinal) {
    return ordinal >= startOf(set) && int64_t(ordinal) - startOf(set) < replicasOf(set);
}

std::optional<PodName> parsePodName(std::string_view name) {
    const size_t dash = name.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size())
        return std::nullopt;
    const std::string_view digits = name.substr(dash + 1);
    PodName parsed{.set = name.substr(0, dash)};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.ordinal);
    // "web-007" is another pod than "web-7".
    if (error != std::errc() || end != digits.data() + digits.size() || parsed.ordinal < 0 ||
        std::to_string(parsed.ordinal) != digits)
        return std::nullopt;
    return parsed;
}

std::string podName(const appsv1::StatefulSet &set, int32_t ordinal) {
    return fmt::format("{}-{}", set.metadata.name, ordinal);
}

int32_t ordinalOf(const appsv1::StatefulSet &set, const corev1::Pod &pod) {
    const auto parsed = parsePodName(pod.metadata.name);
    return parsed && parsed->set == set.metadata.name ? parsed->ordinal : -1;
}

std::string_view revisionOf(const corev1::Pod &pod) {
    const auto label = pod.metadata.labels.find(kRevisionLabel);
    return label == pod.metadata.labels.end() ? std::string_view() : std::string_view(label->second);
}

corev1::Pod newPod(const appsv1::StatefulSet &set, const corev1::PodTemplateSpec &podTemplate,
                   std::string_view revision, int32_t ordinal) {
    corev1::Pod pod = podFromTemplate(podTemplate, appsv1::StatefulSet::kApiVersion, kKind, set.metadata);
    pod.metadata.name = podName(set, ordinal);
    pod.metadata.labels[std::string(kRevisionLabel)] = revision;
    identify(pod, ordinal);
    pod.spec.hostname = pod.metadata.name;
    pod.spec.subdomain = set.spec.serviceName;
    useClaims(pod, set, ordinal);
    return pod;
}

bool identify(corev1::Pod &pod, int32_t ordinal) {
    const bool named = setLabel(pod, kPodNameLabel, pod.metadata.name);
    return setLabel(pod, kPodIndexLabel, std::to_string(ordinal)) || named;
}

std::string claimName(const appsv1::StatefulSet &set, const corev1::PersistentVolumeClaim &claimTemplate,
                      int32_t ordinal) {
    return fmt::format("{}-{}-{}", claimTemplate.metadata.name, set.metadata.name, ordinal);
}

std::vector<corev1::PersistentVolumeClaim> newClaims(const appsv1::StatefulSet &set, int32_t ordinal) {
    std::vector<corev1::PersistentVolumeClaim> claims = set.spec.volumeClaimTemplates;
    for (corev1::PersistentVolumeClaim &claim : claims) {
        claim.metadata.name = claimName(set, claim, ordinal);
        claim.metadata.namespace_ = set.metadata.namespace_;
        claim.status = corev1::PersistentVolumeClaimStatus();
        if (set.spec.selector)
            for (const auto &[name, value] : set.spec.selector->matchLabels)
                claim.metadata.labels[name] = value;
        if (claimOwner(set, ordinal) == ClaimOwner::Set)
            claim.metadata.ownerReferences.push_back(
                controllerReference(appsv1::StatefulSet::kApiVersion, kKind, set.metadata));
    }
    return claims;
}

bool own(corev1::PersistentVolumeClaim &claim, const appsv1::StatefulSet &set, const corev1::Pod &pod) {
    const metav1::OwnerReference *controller = controllerOf(claim.metadata);
    if (controller && controller->uid != set.metadata.uid && controller->uid != pod.metadata.uid)
        return false;
    std::vector<metav1::OwnerReference> owners = claim.metadata.ownerReferences;
    std::erase_if(owners, [&](const metav1::OwnerReference &owner) {
        return owner.uid == set.metadata.uid || owner.uid == pod.metadata.uid;
    });
    const ClaimOwner wanted = claimOwner(set, ordinalOf(set, pod));
    if (wanted == ClaimOwner::Set)
        owners.push_back(controllerReference(appsv1::StatefulSet::kApiVersion, kKind, set.metadata));
    if (wanted == ClaimOwner::Pod)
        owners.push_back(controllerReference("v1", "Pod", pod.metadata));
    if (owners == claim.metadata.ownerReferences)
        return false;
    claim.metadata.ownerReferences = std::move(owners);
    return true;
}

bool isStale(const corev1::PersistentVolumeClaim &claim, std::string_view podName) {
    return std::any_of(
        claim.metadata.ownerReferences.begin(), claim.metadata.ownerReferences.end(),
        [&](const metav1::OwnerReference &owner) { return owner.kind == "Pod" && owner.name == podName; });
}

} // namespace coracle::controllers::statefulset
