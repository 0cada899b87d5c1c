#include "clusterd/controllers/resourceclaim/resourceclaim_util.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/metadata.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

/// What the API server leaves of a name before it appends its suffix.
constexpr size_t kGenerateNameMax = 63 - 5;

} // namespace

bool isPod(const resourcev1::ResourceClaimConsumerReference &consumer) {
    return consumer.apiGroup.empty() && consumer.resource == "pods";
}

bool isDone(const corev1::Pod &pod) {
    return isPodTerminal(pod) || (pod.metadata.deletionTimestamp && pod.spec.nodeName.empty());
}

std::optional<resourcev1::ResourceClaimStatus> cleanedStatus(const resourcev1::ResourceClaim &claim,
                                                             const std::set<std::string> &gone) {
    resourcev1::ResourceClaimStatus status = claim.status;
    const size_t removed =
        std::erase_if(status.reservedFor, [&](const auto &consumer) { return gone.contains(consumer.uid); });
    const bool unused = status.reservedFor.empty() && (removed > 0 || claim.metadata.deletionTimestamp);
    if (removed == 0 && !(unused && status.allocation))
        return std::nullopt;
    if (unused) {
        status.allocation.reset();
        // What drivers told about devices that it has no more.
        status.devices.clear();
    }
    return status;
}

bool mayDropFinalizer(const resourcev1::ResourceClaim &claim) {
    const auto &finalizers = claim.metadata.finalizers;
    return !claim.status.allocation && claim.status.reservedFor.empty() &&
           std::ranges::find(finalizers, resourcev1::kFinalizer) != finalizers.end();
}

resourcev1::ResourceClaim claimFromTemplate(const resourcev1::ResourceClaimTemplate &claimTemplate,
                                            const corev1::Pod &pod, const std::string &podClaimName) {
    resourcev1::ResourceClaim claim;
    claim.metadata.labels = claimTemplate.spec.metadata.labels;
    claim.metadata.annotations = claimTemplate.spec.metadata.annotations;
    claim.metadata.annotations[std::string(resourcev1::kPodResourceClaimAnnotation)] = podClaimName;
    claim.metadata.namespace_ = pod.metadata.namespace_;
    // Both names stay recognizable when they are too long together.
    std::string podName = pod.metadata.name, claimName = podClaimName;
    const size_t room = kGenerateNameMax - 2;
    if (podName.size() + claimName.size() > room) {
        const size_t half = room / 2;
        const size_t forPod = claimName.size() < half ? room - claimName.size() : half;
        podName.resize(std::min(podName.size(), forPod));
        claimName.resize(std::min(claimName.size(), room - podName.size()));
    }
    claim.metadata.generateName = podName + "-" + claimName + "-";
    claim.metadata.ownerReferences.push_back(
        controllerReference(corev1::Pod::kApiVersion, corev1::Pod::kKind, pod.metadata));
    claim.spec = claimTemplate.spec.spec;
    return claim;
}

bool isMadeFor(const resourcev1::ResourceClaim &claim, const corev1::Pod &pod, std::string_view podClaimName) {
    const metav1::OwnerReference *owner = controllerOf(claim.metadata);
    return owner && owner->uid == pod.metadata.uid && !claim.metadata.deletionTimestamp &&
           api::annotation(claim.metadata, resourcev1::kPodResourceClaimAnnotation) == podClaimName;
}

const corev1::PodResourceClaimStatus *findClaimStatus(const corev1::Pod &pod, std::string_view podClaimName) {
    const auto found =
        std::ranges::find(pod.status.resourceClaimStatuses, podClaimName, &corev1::PodResourceClaimStatus::name);
    return found == pod.status.resourceClaimStatuses.end() ? nullptr : &*found;
}

std::set<std::string> claimNames(const corev1::Pod &pod) {
    std::set<std::string> names;
    for (const corev1::PodResourceClaim &claim : pod.spec.resourceClaims)
        if (claim.resourceClaimName)
            names.insert(*claim.resourceClaimName);
    for (const corev1::PodResourceClaimStatus &status : pod.status.resourceClaimStatuses)
        if (status.resourceClaimName)
            names.insert(*status.resourceClaimName);
    if (pod.status.extendedResourceClaimStatus)
        names.insert(pod.status.extendedResourceClaimStatus->resourceClaimName);
    return names;
}

} // namespace coracle::controllers
