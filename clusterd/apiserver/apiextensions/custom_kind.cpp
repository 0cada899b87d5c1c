#include "clusterd/apiserver/apiextensions/custom_kind.h"

#include "clusterd/apiserver/apiextensions/coercion.h"
#include "clusterd/apiserver/apiextensions/conversion_webhook.h"
#include "clusterd/apiserver/apiextensions/defaulting.h"
#include "clusterd/apiserver/apiextensions/pruning.h"
#include "clusterd/apiserver/apiextensions/published_schema.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "core/api/codec.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::apiserver {

namespace {

Failure cannotBeHandled(const api::ResourceInfo &resource, std::string_view why) {
    return errors::badRequest(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}", resource.kind,
                                          resource.version, resource.kind, why));
}

/// The body says what it is, and it is what the request is about.
Result<> checkTypeMeta(const RequestScope &scope, const JsonObject &object) {
    const api::ResourceInfo &resource = scope.resource;
    const std::string_view kind = textAt(object, "kind"), apiVersion = textAt(object, "apiVersion");
    if (kind.empty())
        return errors::badRequest(fmt::format("Object 'Kind' is missing in the {} that was sent", resource.kind));
    if (apiVersion != resource.apiVersion)
        return errors::badRequest(
            fmt::format("the API version in the data ({}) does not match the expected API version ({})", apiVersion,
                        resource.apiVersion));
    if (kind != resource.kind)
        return errors::invalid(
            resource.kind, resource.group, metaString(object, "name"),
            {{"FieldValueInvalid", fmt::format("Invalid value: \"{}\": must be {}", kind, resource.kind), "kind"}});
    return {};
}

/// Unknown and duplicate members, in the way that the request asked for.
Result<> reportStrict(RequestScope &scope, const std::vector<std::string> &duplicates,
                      const std::vector<std::string> &unknown) {
    std::vector<std::string> words;
    for (const std::string &path : duplicates)
        words.push_back(fmt::format("duplicate field \"{}\"", path));
    for (const std::string &path : unknown)
        words.push_back(fmt::format("unknown field \"{}\"", path));
    if (words.empty())
        return {};
    if (scope.fieldValidation == api::FieldValidation::Strict)
        return cannotBeHandled(scope.resource, fmt::format("strict decoding error: {}", fmt::join(words, ", ")));
    scope.warnings.insert(scope.warnings.end(), words.begin(), words.end());
    return {};
}

} // namespace

Result<std::shared_ptr<CustomKind>> CustomKind::create(const JsonObject &definition, const Reader &reader) {
    std::shared_ptr<CustomKind> kind(new CustomKind);
    const JsonObject &names = objectAt(definition, "status", "acceptedNames");
    for (const JsonValue &version : arrayAt(definition, "spec", "versions")) {
        TRY(auto compiled, CustomVersion::create(definition, asObject(version), names, kind.get()));
        if (compiled->stored())
            kind->m_storage = compiled.get();
        kind->m_versions.push_back(std::move(compiled));
    }
    if (!kind->m_storage)
        return errors::other("the definition has no storage version");
    if (textAt(definition, "spec", "conversion", "strategy") == "Webhook") {
        TRY(kind->m_webhook,
            WebhookClient::create(objectAt(definition, "spec", "conversion", "webhook", "clientConfig"), reader));
    }
    kind->m_terminating = !metaString(definition, "deletionTimestamp").empty();
    return kind;
}

std::vector<api::ResourcePtr> CustomKind::resources() const {
    std::vector<api::ResourcePtr> result;
    for (const auto &version : m_versions)
        if (version->served())
            result.emplace_back(shared_from_this(), &version->resource());
    return result;
}

const CustomVersion *CustomKind::find(std::string_view apiVersion) const {
    const auto found =
        std::ranges::find_if(m_versions, [&](const auto &one) { return one->resource().apiVersion == apiVersion; });
    return found == m_versions.end() ? nullptr : found->get();
}

const api::ResourceInfo *CustomKind::resourceOf(std::string_view apiVersion) const {
    const CustomVersion *version = find(apiVersion);
    return version ? &version->resource() : nullptr;
}

const CustomVersion &CustomKind::versionOf(const api::ResourceInfo &resource) const {
    const CustomVersion *version = find(resource.apiVersion);
    return version ? *version : *m_storage;
}

/// Prunes and defaults by the version's schema.
void CustomKind::bring(JsonObject &object, const CustomVersion &version) const {
    prune(object, version.schema());
    applyDefaults(object, version.schema());
}

api::ObjectPtr CustomKind::reform(const api::ObjectPtr &object) const {
    const CustomVersion *version = find(object->apiVersion());
    if (!version)
        return object; // of a version that is no longer there: it shows up as it is
    auto document = documentOf(*object);
    if (!document)
        return object;
    const bool converts = version != m_storage && !m_webhook;
    if (converts) {
        version = m_storage;
        (*document)["apiVersion"] = version->resource().apiVersion;
    }
    const bool pruned = prune(*document, version->schema());
    const bool defaulted = applyDefaults(*document, version->schema());
    if (!converts && !pruned && !defaulted)
        return object;
    auto made = objectOf(version->resource(), std::move(*document), object->resourceVersion());
    return made ? *made : object;
}

Task<Result<std::vector<JsonObject>>> CustomKind::convert(std::vector<JsonObject> objects,
                                                          const api::ResourceInfo &to) const {
    // The kind may be taken out of the table while the webhook works.
    const auto self = shared_from_this();
    const CustomVersion &version = versionOf(to);
    std::vector<size_t> places;
    std::vector<JsonObject> foreign;
    for (size_t i = 0; i < objects.size(); ++i) {
        if (textAt(objects[i], "apiVersion") == to.apiVersion)
            continue;
        places.push_back(i);
        if (m_webhook)
            foreign.push_back(std::move(objects[i]));
        else
            objects[i]["apiVersion"] = to.apiVersion;
    }
    if (!foreign.empty()) {
        CO_TRY(foreign, co_await convertByWebhook(m_webhook, std::move(foreign), std::string(to.apiVersion)));
        for (size_t i = 0; i < places.size(); ++i)
            objects[places[i]] = std::move(foreign[i]);
    }
    for (const size_t place : places)
        bring(objects[place], version);
    co_return std::move(objects);
}

Result<JsonObject> CustomKind::decode(RequestScope &scope, std::string_view text) const {
    auto parsed = api::parseJson(text);
    if (!parsed)
        return errors::badRequest(fmt::format("the object provided is unrecognized (must be of type {}): couldn't get "
                                              "version/kind; json parse error: {}",
                                              scope.resource.kind, parsed.error().message));
    if (!parsed->is_object())
        return errors::badRequest(
            fmt::format("the object provided is not a JSON object (must be of type {})", scope.resource.kind));
    if (scope.fieldValidation != api::FieldValidation::Ignore)
        CHECK(reportStrict(scope, duplicateMembers(text), {}));
    return decode(scope, std::move(parsed->get_object()));
}

Result<JsonObject> CustomKind::decode(RequestScope &scope, JsonObject object) const {
    CHECK(checkTypeMeta(scope, object));
    const StructuralSchema &schema = versionOf(scope.resource).schema();
    std::vector<std::string> unknown;
    std::vector<std::string> *const wanted = scope.fieldValidation == api::FieldValidation::Ignore ? nullptr : &unknown;
    if (auto coerced = coerceMetadata(object, schema, wanted); !coerced)
        return cannotBeHandled(scope.resource, coerced.error().message);
    prune(object, schema, wanted);
    CHECK(reportStrict(scope, {}, unknown));
    applyDefaults(object, schema);
    return object;
}

std::string_view CustomKind::replicasPath(const api::ResourceInfo &resource) const {
    const auto &paths = versionOf(resource).scale();
    return paths ? std::string_view(paths->specReplicasText) : DynamicKind::replicasPath(resource);
}

Result<> CustomKind::mayCreate() const {
    if (m_terminating)
        return errors::methodNotAllowed("create not allowed while custom resource definition is terminating");
    return {};
}

std::string_view CustomKind::deprecation(const api::ResourceInfo &resource) const {
    return versionOf(resource).deprecation();
}

std::string CustomKind::definition(const api::ResourceInfo &resource, Description form) const {
    return publishedSchema(versionOf(resource).schemaJson(), resource, form);
}

} // namespace coracle::apiserver
