#include "clusterd/apiserver/apiextensions/custom_kind.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "core/api/canonical_json.h"
#include "core/api/table.h"
#include "core/api/time.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

/// How objects of a custom kind are shown in other forms: table rows and the scale sub-resource.
namespace coracle::apiserver {

namespace {

/// As kubectl's JSONPath prints a value.
std::string printed(const JsonValue &value) {
    return value.is_string() ? std::string(asText(value)) : api::json::canonicalText(value);
}

JsonValue cellOf(std::string_view type, const JsonValue &value, api::Stamp::Point now) {
    if (type == "string")
        return JsonValue(printed(value));
    if (type == "integer" && value.is_number())
        return value.is_double() ? JsonValue(int64_t(value.get_double())) : value;
    if (type == "number" && value.is_number())
        return value;
    if (type == "boolean" && value.is_bool())
        return value;
    if (type != "date" || !value.is_string())
        return nullptr;
    const auto time = api::Time::parse(asText(value));
    if (!time)
        return "<invalid>";
    return time->isZero() ? JsonValue("<unknown>") : JsonValue(api::humanDuration(now - **time));
}

const JsonValue *valueAt(const JsonObject &object, const std::vector<std::string> &path) {
    const JsonObject *at = &object;
    for (size_t i = 0; i < path.size(); ++i) {
        const JsonValue *value = memberAt(*at, path[i]);
        if (!value || i + 1 == path.size())
            return value;
        at = value->if_object();
        if (!at)
            return nullptr;
    }
    return nullptr;
}

Result<int64_t> replicasAt(const JsonObject &object, const std::vector<std::string> &path) {
    const JsonValue *value = valueAt(object, path);
    if (!value)
        return 0;
    if (!value->is_int64() || value->get_int64() < 0)
        return errors::internal(fmt::format("invalid value at .{}: the number of replicas must be a whole number that "
                                            "is not negative",
                                            fmt::join(path, ".")));
    return value->get_int64();
}

} // namespace

JsonArray CustomKind::tableCells(const api::ResourceInfo &resource, const JsonObject &object,
                                 api::Stamp::Point now) const {
    const CustomVersion &version = versionOf(resource);
    JsonArray cells{metaString(object, "name")};
    for (size_t i = 0; i < version.columnPaths().size(); ++i) {
        const auto found = version.columnPaths()[i].find(object);
        if (found.empty())
            cells.emplace_back(nullptr);
        else
            cells.push_back(cellOf(resource.columns[i + 1].type, *found.front(), now));
    }
    return cells;
}

Result<JsonObject> CustomKind::toScale(const api::ResourceInfo &resource, const JsonObject &object) const {
    const auto &paths = versionOf(resource).scale();
    if (!paths)
        return errors::noRoute();
    TRY(const int64_t wanted, replicasAt(object, paths->specReplicas));
    TRY(const int64_t present, replicasAt(object, paths->statusReplicas));
    JsonObject metadata, spec, status{{"replicas", present}};
    for (std::string_view key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        if (!metaString(object, key).empty())
            metadata[key] = metaString(object, key);
    if (wanted > 0)
        spec["replicas"] = wanted;
    const JsonValue *selector = paths->labelSelector.empty() ? nullptr : valueAt(object, paths->labelSelector);
    if (selector && selector->is_string() && !asText(*selector).empty())
        status["selector"] = *selector;
    return JsonObject{{"kind", "Scale"},
                      {"apiVersion", "autoscaling/v1"},
                      {"metadata", std::move(metadata)},
                      {"spec", std::move(spec)},
                      {"status", std::move(status)}};
}

Result<JsonObject> CustomKind::fromScale(const RequestScope &scope, const JsonObject &object,
                                         const JsonObject &scale) const {
    const auto &paths = versionOf(scope.resource).scale();
    if (!paths || paths->specReplicas.empty())
        return errors::noRoute();
    const int64_t replicas = intAt(scale, "spec", "replicas");
    if (replicas < 0)
        return errors::invalid(
            "Scale", "autoscaling", scope.name,
            {{"FieldValueInvalid", fmt::format("Invalid value: {}: must be greater than or equal to 0", replicas),
              "spec.replicas"}});
    JsonObject fresh = object;
    JsonObject *at = &fresh;
    for (size_t i = 0; i + 1 < paths->specReplicas.size(); ++i)
        at = &ensureObject(*at, paths->specReplicas[i]);
    (*at)[paths->specReplicas.back()] = replicas;
    copyMember(metadataOf(fresh), metadataOf(scale), "resourceVersion");
    return fresh;
}

} // namespace coracle::apiserver
