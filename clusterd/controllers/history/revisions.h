#pragma once

#include "core/api/types/apps_v1.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The past pod templates of a workload, kept as ControllerRevisions: pure functions that all workloads with revisions
/// share (k8s.io/kubernetes pkg/controller/history). The caller reads and writes the objects.
namespace coracle::controllers::history {

using Revisions = std::vector<appsv1::ControllerRevision>;

/// Says a pod's revision; DaemonSets' revisions bear it too.
inline constexpr std::string_view kHashLabel = appsv1::kControllerRevisionHashLabelKey;
/// What StatefulSets' revisions bear, whose pods say the revision's whole name.
inline constexpr std::string_view kPlainHashLabel = "controller.kubernetes.io/hash";

/// What a revision stores: the strategic merge patch that brings the template back, which is what `kubectl rollout
/// undo` sends: {"spec":{"template":{...,"$patch":"replace"}}}. Canonical: equal templates give equal texts.
std::string templatePatch(const corev1::PodTemplateSpec &podTemplate);

/// Whether the revision stores this patch, whatever the order of its members.
bool holds(const appsv1::ControllerRevision &revision, std::string_view patch);

/// The value of the label controller-revision-hash; empty without one.
std::string_view hashLabel(const metav1::ObjectMeta &metadata);

/// A revision "<owner>-<hash>" that is not stored yet. It has the template's labels, so that the owner's selector finds
/// it, the hash as this label and the owner's annotations.
appsv1::ControllerRevision make(std::string_view apiVersion, std::string_view kind, const metav1::ObjectMeta &owner,
                                const corev1::PodTemplateSpec &podTemplate, int64_t number,
                                std::optional<int32_t> collisionCount, std::string_view hashLabel = kHashLabel);

/// The number after the highest one; the first is 1.
int64_t nextNumber(const Revisions &revisions);

/// The oldest first: by number, then by age and name.
void sort(Revisions &revisions);

/// The revisions to delete so that `limit` of them stay, the oldest first. Those whose hash is in use stay.
Revisions surplus(Revisions revisions, const std::set<std::string, std::less<>> &hashesInUse, int32_t limit);

} // namespace coracle::controllers::history
