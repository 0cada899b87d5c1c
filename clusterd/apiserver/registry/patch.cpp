#include "clusterd/apiserver/registry/patch.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/body.h"
#include "clusterd/apiserver/registry/field_tracking.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/subresources.h"
#include "core/api/go_text.h"
#include "core/api/json_patch.h"
#include "core/api/merge_patch.h"
#include "core/api/strategic_merge_patch.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kScale = "scale";

bool isScale(const RequestScope &scope) {
    return scope.subresource == kScale;
}

/// The words of Go's decoder for a document that is no object.
Failure notAnObject(const json::value &document, std::string_view where) {
    const std::string_view kind = document.is_array()    ? "array"
                                  : document.is_string() ? "string"
                                  : document.is_bool()   ? "bool"
                                                         : "number";
    return errors::badRequest(
        fmt::format("{}json: cannot unmarshal {} into Go value of type map[string]interface {{}}", where, kind));
}

/// What the patch works on: the object, or what the sub-resource shows of it, with the owners of its fields.
Result<json::object> patchBase(const RequestScope &scope, const json::object &current, int64_t revision) {
    if (current.empty())
        return json::object();
    TRY(json::object base, toSubresource(scope, current, revision));
    if (isScale(scope))
        ownersToScale(scope, current, base);
    return base;
}

Result<json::object> applied(const RequestScope &scope, WallTime now, json::object live, const Patch &patch) {
    if (!patch.body.is_object() && !patch.body.is_null())
        return notAnObject(patch.body, "error decoding patch: error unmarshaling JSON: while decoding JSON: ");
    static const json::object kNothing;
    if (!live.empty())
        metadataOf(live).erase("resourceVersion");
    const json::object &configuration = patch.body.is_object() ? patch.body.get_object() : kNothing;
    return api::applyConfiguration(fieldWriterOf(scope, now), live, configuration,
                                   patch.force ? api::Conflicts::Force : api::Conflicts::Refuse);
}

Result<json::object> strategicallyMerged(const RequestScope &scope, const json::object &base, const Patch &patch) {
    const api::TypeInfo *schema = isScale(scope) ? api::findType("autoscaling/v1", "Scale") : scope.resource.type;
    if (scope.resource.runtime || !schema) // custom kinds have no patch keys
        return errors::unsupportedMediaType(
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    if (!patch.body.is_object() && !patch.body.is_null())
        return notAnObject(patch.body, "");
    if (patch.body.is_null())
        return base;
    return api::applyStrategicMergePatch(*schema, base, patch.body.get_object());
}

Result<json::object> jsonPatched(const json::object &base, const Patch &patch) {
    json::value result = base;
    if (patch.type == client::PatchType::Merge) {
        if (!patch.body.is_object() && !patch.body.is_null())
            return notAnObject(patch.body, "error decoding patch: ");
        if (patch.body.is_object())
            api::applyMergePatch(result, patch.body);
    } else {
        TRY(result, api::applyJsonPatch(result, patch.body));
    }
    if (!result.is_object())
        return errors::badRequest("the patched object is not a JSON object");
    return std::move(result.get_object());
}

/// What the patch made is decoded as if it had been sent; what is wrong with it is the patch's fault.
Result<> decodePatched(RequestScope &scope, const Patch &patch, json::object &object) {
    auto checked = checkBody(scope, object); // leaves the object as it is when that fails
    if (checked || checked.error().code != 400 || patch.type == client::PatchType::Apply)
        return checked;
    constexpr std::string_view kDecoding = " cannot be handled as a ";
    std::string_view why = checked.error().message;
    if (const size_t at = why.find(kDecoding); at != std::string_view::npos)
        why = why.substr(std::min(why.find(": ", at), why.size() - 2) + 2);
    const std::string shown =
        patch.type == client::PatchType::StrategicMerge ? api::goText(patch.body) : json::serialize(object);
    const std::string value = json::serialize(json::value(shown));
    return errors::invalid("", "", "",
                           {{"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, why), "patch"}});
}

/// The name and namespace of the URL hold.
Result<> checkPlace(const RequestScope &scope, json::object &object) {
    if (scope.resource.namespaced) {
        const std::string_view own = metaString(object, "namespace");
        if (!own.empty() && own != scope.namespaceName)
            return errors::badRequest(
                "the namespace of the provided object does not match the namespace sent on the request");
        metadataOf(object)["namespace"] = scope.namespaceName;
    }
    const std::string_view name = metaString(object, "name");
    if (name.empty())
        return errors::badRequest(fmt::format(
            "the name of the object ({} based on URL) was undeterminable: name must be provided", scope.name));
    if (name != scope.name)
        return errors::badRequest(
            fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, scope.name));
    return {};
}

void copyOwners(json::object &to, const json::object &from) {
    copyMember(metadataOf(to), metadataOf(from), "managedFields");
}

/// The stored object with what the body of the sub-resource says; both have their owners.
Result<json::object> merged(const RequestScope &scope, const json::object &current, const json::object &body) {
    TRY(json::object object, fromSubresource(scope, current, body));
    if (isScale(scope))
        ownersFromScale(scope, current, body, object);
    else
        copyOwners(object, body);
    return object;
}

} // namespace

Result<json::object> updatedObject(const RequestScope &scope, WallTime now, const json::object &current,
                                   json::object body) {
    if (isScale(scope)) {
        TRY(const json::object base, patchBase(scope, current, 0));
        api::trackUpdate(fieldWriterOf(scope, now), &base, body);
        return merged(scope, current, body);
    }
    TRY(json::object object, fromSubresource(scope, current, body));
    api::trackUpdate(fieldWriterOf(scope, now), &current, object);
    return object;
}

Result<json::object> patchedObject(RequestScope &scope, WallTime now, const json::object &current, int64_t revision,
                                   const Patch &patch) {
    TRY(json::object base, patchBase(scope, current, revision));
    const bool apply = patch.type == client::PatchType::Apply;
    auto made = apply                                             ? applied(scope, now, std::move(base), patch)
                : patch.type == client::PatchType::StrategicMerge ? strategicallyMerged(scope, base, patch)
                                                                  : jsonPatched(base, patch);
    if (!made)
        return made;
    CHECK(decodePatched(scope, patch, *made));
    if (std::string_view uid = metaString(*made, "uid"); current.empty() && !uid.empty())
        return errors::conflict(
            scope.resource.resource, scope.resource.group, scope.name,
            fmt::format("uid mismatch: the provided object specified uid {}, and no existing object was found", uid));
    CHECK(checkPlace(scope, *made));
    return apply ? merged(scope, current, *made) : updatedObject(scope, now, current, std::move(*made));
}

} // namespace coracle::apiserver
