#include "clusterd/appliance/drain_plan.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::appliance {

namespace {

constexpr const char *kMirrorAnnotation = "kubernetes.io/config.mirror";

const metav1::OwnerReference *controllerOf(const corev1::Pod &pod) {
    const auto &owners = pod.metadata.ownerReferences;
    const auto found =
        std::ranges::find_if(owners, [](const auto &owner) { return owner.controller && *owner.controller; });
    return found == owners.end() ? nullptr : &*found;
}

bool hasEmptyDir(const corev1::Pod &pod) {
    return std::ranges::any_of(pod.spec.volumes, [](const auto &volume) { return bool(volume.emptyDir); });
}

/// In the order of kubectl's filters; the first that decides counts.
void decide(const corev1::Pod &pod, const DrainOptions &options, const DaemonSetExists &daemonSetExists,
            DrainPod &entry) {
    auto set = [&](DrainAction action, std::string reason) {
        entry.action = action;
        entry.reason = std::move(reason);
    };
    if (pod.metadata.annotations.contains(kMirrorAnnotation))
        return set(DrainAction::Skip, "it comes from a file on the node");
    if (pod.status.phase == "Succeeded" || pod.status.phase == "Failed")
        return;
    const bool orphan =
        entry.controllerKind == "DaemonSet" && !daemonSetExists(entry.namespaceName, entry.controllerName);
    if (entry.controllerKind == "DaemonSet" && !orphan)
        return options.ignoreDaemonSets
                   ? set(DrainAction::Skip, "it belongs to a DaemonSet")
                   : set(DrainAction::Refuse,
                         "it belongs to a DaemonSet, which would make it again (ignoreDaemonSets)");
    if ((entry.controllerKind.empty() || orphan) && !options.force)
        return set(DrainAction::Refuse, "no controller would make it again elsewhere (force)");
    if (hasEmptyDir(pod) && !options.deleteEmptyDirData)
        return set(DrainAction::Refuse, "what is in its emptyDir volumes would be lost (deleteEmptyDirData)");
}

} // namespace

std::vector<DrainPod> planDrain(const std::vector<corev1::Pod> &pods, const DrainOptions &options,
                                const DaemonSetExists &daemonSetExists) {
    std::vector<DrainPod> plan;
    for (const corev1::Pod &pod : pods) {
        DrainPod entry{.namespaceName = std::string(pod.metadata.namespace_),
                       .name = std::string(pod.metadata.name),
                       .uid = std::string(pod.metadata.uid)};
        if (const auto *owner = controllerOf(pod)) {
            entry.controllerKind = owner->kind;
            entry.controllerName = owner->name;
        }
        decide(pod, options, daemonSetExists, entry);
        if (entry.action == DrainAction::Evict && pod.metadata.deletionTimestamp)
            entry.state = DrainState::Evicted; // it is on its way out already
        plan.push_back(std::move(entry));
    }
    return plan;
}

std::vector<StatusCause> refusals(const std::vector<DrainPod> &pods) {
    std::vector<StatusCause> causes;
    for (const DrainPod &pod : pods)
        if (pod.action == DrainAction::Refuse)
            causes.push_back(
                {"FieldValueForbidden", pod.reason, fmt::format("pods[{}/{}]", pod.namespaceName, pod.name)});
    return causes;
}

} // namespace coracle::appliance
