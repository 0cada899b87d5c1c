#include "clusterd/controllers/statefulset/statefulset_revisions.h"

#include "core/api/typed.h"

#include <algorithm>

namespace coracle::controllers::statefulset {

Result<corev1::PodTemplateSpec> templateOf(const appsv1::ControllerRevision &revision) {
    TRY(appsv1::StatefulSet patch, api::decode<appsv1::StatefulSet>(revision.data.text));
    return std::move(patch.spec.template_);
}

RevisionChoice chooseRevision(const appsv1::StatefulSet &set, const Revisions &sorted) {
    const std::string patch = history::templatePatch(set.spec.template_);
    RevisionChoice choice;
    for (size_t i = 0; i < sorted.size(); ++i)
        if (history::holds(sorted[i], patch))
            choice.existing = i;
    if (choice.existing && *choice.existing + 1 == sorted.size())
        choice.number = sorted.back().revision;
    else if (!sorted.empty())
        choice.number = sorted.back().revision + 1;
    return choice;
}

Revisions surplusRevisions(const appsv1::StatefulSet &set, const Revisions &sorted,
                           const std::set<std::string, std::less<>> &used) {
    Revisions unused;
    for (const appsv1::ControllerRevision &revision : sorted)
        if (!used.contains(revision.metadata.name))
            unused.push_back(revision);
    const auto kept = static_cast<size_t>(std::max(set.spec.revisionHistoryLimit.value_or(10), 0));
    unused.resize(unused.size() > kept ? unused.size() - kept : 0);
    return unused;
}

} // namespace coracle::controllers::statefulset
