#pragma once

#include "core/api/types/apps_v1.h"
#include "core/base/result.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

/// The history of a StatefulSet's template as ControllerRevisions: pure functions (k8s.io/kubernetes
/// pkg/controller/history).
namespace coracle::controllers::statefulset {

inline constexpr std::string_view kRevisionHash = "controller.kubernetes.io/hash";

using Revisions = std::vector<appsv1::ControllerRevision>;

/// The older one first: by revision, then age, then name.
void sortRevisions(Revisions &revisions);

/// A revision's data is a strategic merge patch that replaces the set's template, as kubectl rollout undo applies it.
std::string revisionData(const corev1::PodTemplateSpec &podTemplate);
Result<corev1::PodTemplateSpec> templateOf(const appsv1::ControllerRevision &revision);
bool hasTemplate(const appsv1::ControllerRevision &revision, const corev1::PodTemplateSpec &podTemplate);

/// The revision of the set's template; the collision count gives another name for the same template.
appsv1::ControllerRevision newRevision(const appsv1::StatefulSet &set, int64_t number, int32_t collisionCount);

/// What the revision of the set's template is to be.
struct RevisionChoice {
    std::optional<size_t> existing; ///< the newest one with the template; else one has to be made
    int64_t number = 1;             ///< the revision it has to have: a template that comes back becomes the newest
};
RevisionChoice chooseRevision(const appsv1::StatefulSet &set, const Revisions &sorted);

/// The revisions beyond spec.revisionHistoryLimit, the oldest first; those in use are not counted.
Revisions surplusRevisions(const appsv1::StatefulSet &set, const Revisions &sorted,
                           const std::set<std::string, std::less<>> &used);

} // namespace coracle::controllers::statefulset
