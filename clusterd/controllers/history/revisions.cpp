#include "clusterd/controllers/history/revisions.h"

#include "clusterd/controllers/content_hash.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/canonical_json.h"
#include "core/api/typed.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <tuple>

namespace coracle::controllers::history {

namespace {

constexpr size_t kNamePrefixMax = 223; // leaves room for the hash within the 253 characters of a name

} // namespace

std::string templatePatch(const corev1::PodTemplateSpec &podTemplate) {
    boost::json::value value = api::encodeToValue(podTemplate);
    value.as_object()["$patch"] = "replace";
    boost::json::object spec, patch;
    spec["template"] = std::move(value);
    patch["spec"] = std::move(spec);
    return api::json::canonicalText(patch);
}

bool holds(const appsv1::ControllerRevision &revision, std::string_view patch) {
    if (revision.data.text == patch)
        return true;
    boost::system::error_code failed;
    const boost::json::value stored = boost::json::parse(revision.data.text, failed);
    return !failed && api::json::canonicalText(stored) == patch;
}

std::string_view hashLabel(const metav1::ObjectMeta &metadata) {
    const auto found = metadata.labels.find(kHashLabel);
    return found == metadata.labels.end() ? std::string_view() : std::string_view(found->second);
}

appsv1::ControllerRevision make(std::string_view apiVersion, std::string_view kind, const metav1::ObjectMeta &owner,
                                const corev1::PodTemplateSpec &podTemplate, int64_t number,
                                std::optional<int32_t> collisionCount, std::string_view hashLabel) {
    appsv1::ControllerRevision revision;
    revision.data.text = templatePatch(podTemplate);
    const std::string hash = contentHash(revision.data.text, collisionCount);
    revision.metadata.namespace_ = owner.namespace_;
    revision.metadata.name = fmt::format("{}-{}", owner.name.substr(0, kNamePrefixMax), hash);
    revision.metadata.labels = podTemplate.metadata.labels;
    revision.metadata.labels[std::string(hashLabel)] = hash;
    revision.metadata.annotations = owner.annotations;
    revision.metadata.ownerReferences.push_back(controllerReference(apiVersion, kind, owner));
    revision.revision = number;
    return revision;
}

int64_t nextNumber(const Revisions &revisions) {
    int64_t highest = 0;
    for (const appsv1::ControllerRevision &revision : revisions)
        highest = std::max(highest, revision.revision);
    return highest + 1;
}

void sort(Revisions &revisions) {
    std::sort(revisions.begin(), revisions.end(), [](const auto &a, const auto &b) {
        return std::tie(a.revision, a.metadata.creationTimestamp, a.metadata.name) <
               std::tie(b.revision, b.metadata.creationTimestamp, b.metadata.name);
    });
}

Revisions surplus(Revisions revisions, const std::set<std::string, std::less<>> &hashesInUse, int32_t limit) {
    const int64_t excess = static_cast<int64_t>(revisions.size()) - std::max(limit, 0);
    if (excess <= 0)
        return {};
    sort(revisions);
    std::erase_if(revisions, [&](const auto &revision) { return hashesInUse.contains(hashLabel(revision.metadata)); });
    if (static_cast<int64_t>(revisions.size()) > excess)
        revisions.resize(static_cast<size_t>(excess));
    return revisions;
}

} // namespace coracle::controllers::history
