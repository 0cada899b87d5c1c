#pragma once

#include "clusterd/controllers/history/revisions.h"
#include "core/base/result.h"

#include <optional>
#include <set>
#include <string>

/// Which of its template's revisions a StatefulSet uses and keeps: pure functions.
namespace coracle::controllers::statefulset {

using history::Revisions;

/// The template that a revision of a set holds.
Result<corev1::PodTemplateSpec> templateOf(const appsv1::ControllerRevision &revision);

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
