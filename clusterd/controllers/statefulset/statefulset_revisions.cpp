#include "clusterd/controllers/statefulset/statefulset_revisions.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/typed.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace coracle::controllers::statefulset {

namespace {

constexpr size_t kNamePrefixLengthMax = 223; // leaves room for the hash in a name of 253 characters

std::string hashOf(std::string_view data, int32_t collisionCount) {
    static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string text(data);
    if (collisionCount > 0)
        text += fmt::format("#{}", collisionCount);
    uint32_t hash = 2166136261u; // FNV-1a
    for (unsigned char c : text)
        hash = (hash ^ c) * 16777619u;
    std::string encoded = std::to_string(hash);
    for (char &digit : encoded)
        digit = kLetters[static_cast<size_t>(digit) % kLetters.size()];
    return encoded;
}

} // namespace

void sortRevisions(Revisions &revisions) {
    std::sort(revisions.begin(), revisions.end(), [](const auto &a, const auto &b) {
        return std::tie(a.revision, a.metadata.creationTimestamp, a.metadata.name) <
               std::tie(b.revision, b.metadata.creationTimestamp, b.metadata.name);
    });
}

std::string revisionData(const corev1::PodTemplateSpec &podTemplate) {
    const std::string body = api::encode(podTemplate);
    return fmt::format(R"({{"spec":{{"template":{{"$patch":"replace"{}{}}}}})", body.size() > 2 ? "," : "",
                       std::string_view(body).substr(1));
}

Result<corev1::PodTemplateSpec> templateOf(const appsv1::ControllerRevision &revision) {
    TRY(appsv1::StatefulSet patch, api::decode<appsv1::StatefulSet>(revision.data.text));
    return std::move(patch.spec.template_);
}

bool hasTemplate(const appsv1::ControllerRevision &revision, const corev1::PodTemplateSpec &podTemplate) {
    const auto recorded = templateOf(revision);
    return recorded && api::encode(*recorded) == api::encode(podTemplate);
}

appsv1::ControllerRevision newRevision(const appsv1::StatefulSet &set, int64_t number, int32_t collisionCount) {
    appsv1::ControllerRevision revision;
    revision.data = api::RawJson(revisionData(set.spec.template_));
    revision.revision = number;
    const std::string hash = hashOf(revision.data.text, collisionCount);
    revision.metadata.namespace_ = set.metadata.namespace_;
    revision.metadata.name = fmt::format("{}-{}", set.metadata.name.substr(0, kNamePrefixLengthMax), hash);
    revision.metadata.labels = set.spec.template_.metadata.labels;
    revision.metadata.labels[std::string(kRevisionHash)] = hash;
    revision.metadata.annotations = set.metadata.annotations;
    revision.metadata.ownerReferences.push_back(
        controllerReference(appsv1::StatefulSet::kApiVersion, appsv1::StatefulSet::kKind, set.metadata));
    return revision;
}

RevisionChoice chooseRevision(const appsv1::StatefulSet &set, const Revisions &sorted) {
    RevisionChoice choice;
    for (size_t i = 0; i < sorted.size(); ++i)
        if (hasTemplate(sorted[i], set.spec.template_))
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
