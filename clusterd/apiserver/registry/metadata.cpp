#include "clusterd/apiserver/registry/metadata.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/names.h"
#include "core/api/label_syntax.h"
#include "core/api/time.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kAnnotationsBytesMax = 256 << 10;
constexpr size_t kManagerBytesMax = 128;
constexpr size_t kSubresourceBytesMax = 256;

StatusCause invalid(std::string field, std::string_view value, std::string_view why) {
    return {"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, why), std::move(field)};
}

StatusCause invalidText(std::string field, std::string_view value, std::string_view why) {
    return invalid(std::move(field), jsonQuote(value), why);
}

void validateName(const api::ResourceInfo &resource, const json::object &meta, std::vector<StatusCause> &causes) {
    std::string_view name = textAt(meta, "name");
    if (name.empty()) {
        causes.push_back({"FieldValueRequired", "Required value: name or generateName is required", "metadata.name"});
        return;
    }
    for (const std::string &error : objectNameErrors(resource, name))
        causes.push_back(invalidText("metadata.name", name, error));
}

void validateNamespace(const api::ResourceInfo &resource, const json::object &meta, std::vector<StatusCause> &causes) {
    std::string_view name = textAt(meta, "namespace");
    if (!resource.namespaced && !name.empty())
        causes.push_back({"FieldValueForbidden", "Forbidden: not allowed on this type", "metadata.namespace"});
    if (!resource.namespaced)
        return;
    if (name.empty())
        causes.push_back({"FieldValueRequired", "Required value", "metadata.namespace"});
    else
        for (const std::string &error : api::dns1123LabelErrors(name))
            causes.push_back(invalidText("metadata.namespace", name, error));
}

void validateLabels(const json::object &meta, std::vector<StatusCause> &causes) {
    for (const auto &[key, value] : objectAt(meta, "labels")) {
        for (const std::string &error : api::qualifiedNameErrors(key))
            causes.push_back(invalidText("metadata.labels", key, error));
        std::string_view text = asText(value);
        for (const std::string &error : api::labelValueErrors(text))
            causes.push_back(invalidText("metadata.labels", text, error));
    }
}

void validateAnnotations(const json::object &meta, std::vector<StatusCause> &causes) {
    size_t bytes = 0;
    for (const auto &[key, value] : objectAt(meta, "annotations")) {
        std::string lower(key);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        for (const std::string &error : api::qualifiedNameErrors(lower))
            causes.push_back(invalidText("metadata.annotations", key, error));
        bytes += key.size() + asText(value).size();
    }
    if (bytes > kAnnotationsBytesMax)
        causes.push_back({"FieldValueTooLong",
                          fmt::format("Too long: may not be more than {} bytes", kAnnotationsBytesMax),
                          "metadata.annotations"});
}

void validateOwners(const json::object &meta, std::vector<StatusCause> &causes) {
    const json::array &owners = arrayAt(meta, "ownerReferences");
    std::string controller;
    for (const json::value &entry : owners) {
        const json::object &owner = asObject(entry);
        constexpr std::array<std::pair<const char *, const char *>, 4> kNeeded{{
            {"apiVersion", "version must not be empty"},
            {"kind", "must not be empty"},
            {"name", "must not be empty"},
            {"uid", "must not be empty"},
        }};
        for (const auto &[field, why] : kNeeded)
            if (textAt(owner, field).empty())
                causes.push_back(invalidText(fmt::format("metadata.ownerReferences.{}", field), "", why));
        if (textAt(owner, "apiVersion") == "v1" && textAt(owner, "kind") == "Event")
            causes.push_back(invalidText("metadata.ownerReferences", "/v1, Kind=Event",
                                         "/v1, Kind=Event is disallowed from being an owner"));
        if (!flagAt(owner, "controller"))
            continue;
        std::string_view name = textAt(owner, "name");
        if (!controller.empty())
            causes.push_back(
                invalid("metadata.ownerReferences", json::serialize(owners),
                        fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                                    "references for {} and {}",
                                    controller, name)));
        controller = name;
    }
}

void validateFinalizers(const api::ResourceInfo &resource, const json::object &meta, std::vector<StatusCause> &causes) {
    const json::array &finalizers = arrayAt(meta, "finalizers");
    bool orphan = false, foreground = false;
    for (size_t i = 0; i < finalizers.size(); ++i) {
        std::string_view name = asText(finalizers[i]);
        orphan |= name == "orphan";
        foreground |= name == "foregroundDeletion";
        std::vector<std::string> errors = api::qualifiedNameErrors(name);
        for (const std::string &error : errors)
            causes.push_back(invalidText("metadata.finalizers", name, error));
        bool standard = name == "orphan" || name == "foregroundDeletion" || name == "kubernetes";
        if (errors.empty() && resource.group.empty() && !standard && name.find('/') == std::string_view::npos)
            causes.push_back(invalidText(fmt::format("metadata.finalizers[{}]", i), name,
                                         "name is neither a standard finalizer name nor is it fully qualified"));
    }
    if (orphan && foreground)
        causes.push_back(invalid("metadata.finalizers", json::serialize(finalizers),
                                 "finalizer orphan and foregroundDeletion cannot be both set"));
}

/// Go's unicode.IsPrint, as far as it matters for names: no controls, no spaces but ' ', nothing invisible.
bool isPrintable(uint32_t c) {
    const bool control = c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad;
    const bool invisible = (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) || c == 0x205f ||
                           (c >= 0x2060 && c <= 0x206f) || c == 0x3000 || c == 0xfeff;
    return !control && !invisible;
}

/// The character at the place, and how many bytes it has; the text is UTF-8.
std::pair<uint32_t, size_t> characterAt(std::string_view text, size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t c = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes && at + i < text.size(); ++i)
        c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
    return {c, bytes};
}

void validateManagedFields(const json::object &meta, std::vector<StatusCause> &causes) {
    const json::array &entries = arrayAt(meta, "managedFields");
    for (size_t i = 0; i < entries.size(); ++i) {
        const json::object &entry = asObject(entries[i]);
        auto path = [&](std::string_view field) { return fmt::format("metadata.managedFields[{}].{}", i, field); };
        std::string_view operation = textAt(entry, "operation");
        if (operation.empty())
            causes.push_back({"FieldValueRequired", "Required value: must not be empty", path("operation")});
        else if (operation != "Apply" && operation != "Update")
            causes.push_back(
                {"FieldValueNotSupported",
                 fmt::format("Unsupported value: {}: supported values: \"Apply\", \"Update\"", jsonQuote(operation)),
                 path("operation")});
        std::string_view type = textAt(entry, "fieldsType");
        if (!type.empty() && type != "FieldsV1")
            causes.push_back(invalidText(path("fieldsType"), type, "must be `FieldsV1`"));
        validateFieldManager(path("manager"), textAt(entry, "manager"), causes);
        if (textAt(entry, "subresource").size() > kSubresourceBytesMax)
            causes.push_back({"FieldValueTooLong",
                              fmt::format("Too long: may not be more than {} bytes", kSubresourceBytesMax),
                              path("subresource")});
    }
}

} // namespace

json::object &metadataOf(json::object &object) {
    json::value &meta = object["metadata"];
    return meta.is_object() ? meta.get_object() : meta.emplace_object();
}

const json::object &metadataOf(const json::object &object) {
    return objectAt(object, "metadata");
}

std::string_view metaString(const json::object &object, std::string_view key) {
    return textAt(object, "metadata", key);
}

std::vector<std::string> finalizersOf(const json::object &object) {
    std::vector<std::string> result;
    for (const json::value &finalizer : arrayAt(object, "metadata", "finalizers"))
        result.emplace_back(asText(finalizer));
    return result;
}

void setFinalizers(json::object &object, const std::vector<std::string> &finalizers) {
    json::object &meta = metadataOf(object);
    if (finalizers.empty()) {
        meta.erase("finalizers");
        return;
    }
    json::array list;
    for (const std::string &finalizer : finalizers)
        list.emplace_back(finalizer);
    meta["finalizers"] = std::move(list);
}

int64_t generationOf(const json::object &object) {
    return intAt(object, "metadata", "generation");
}

void fillSystemFields(json::object &object, std::string_view namespaceName, WallTime now, Random &random) {
    json::object &meta = metadataOf(object);
    for (std::string_view key :
         {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion", "generation"})
        meta.erase(key);
    if (!namespaceName.empty())
        meta["namespace"] = namespaceName;
    meta["uid"] = random.uuid();
    meta["creationTimestamp"] = api::Time(now).text();
}

void validateMetadata(const api::ResourceInfo &resource, const json::object &object, std::vector<StatusCause> &causes) {
    const json::object &meta = metadataOf(object);
    validateName(resource, meta, causes);
    validateNamespace(resource, meta, causes);
    validateLabels(meta, causes);
    validateAnnotations(meta, causes);
    validateOwners(meta, causes);
    validateFinalizers(resource, meta, causes);
    validateManagedFields(meta, causes);
}

void validateMetadataUpdate(const api::ResourceInfo &resource, const json::object &object, const json::object &old,
                            std::vector<StatusCause> &causes) {
    validateMetadata(resource, object, causes);
    if (!metaString(old, "deletionTimestamp").empty()) {
        std::vector<std::string> before = finalizersOf(old), added;
        for (const std::string &finalizer : finalizersOf(object))
            if (std::ranges::find(before, finalizer) == before.end())
                added.push_back(finalizer);
        if (!added.empty())
            causes.push_back({"FieldValueForbidden",
                              fmt::format("Forbidden: no new finalizers can be added if the object is being deleted, "
                                          "found new finalizers []string{{\"{}\"}}",
                                          fmt::join(added, "\", \"")),
                              "metadata.finalizers"});
    }
    for (std::string_view key : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"})
        if (metaString(object, key) != metaString(old, key))
            causes.push_back(
                invalidText(fmt::format("metadata.{}", key), metaString(object, key), "field is immutable"));
    if (generationOf(object) < generationOf(old))
        causes.push_back(
            invalid("metadata.generation", std::to_string(generationOf(object)), "must not be decremented"));
}

void validateFieldManager(std::string field, std::string_view manager, std::vector<StatusCause> &causes) {
    if (manager.size() > kManagerBytesMax)
        causes.push_back(
            {"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", kManagerBytesMax), field});
    for (size_t at = 0; at < manager.size();) {
        const auto [character, bytes] = characterAt(manager, at);
        if (!isPrintable(character))
            causes.push_back(
                invalidText(field, manager, fmt::format("invalid character U+{:04X} (at position {})", character, at)));
        at += bytes;
    }
}

bool hasGeneration(const api::ResourceInfo &resource) {
    static const std::set<std::string_view> kWith = {"customresourcedefinitions",
                                                     "cronjobs",
                                                     "daemonsets",
                                                     "deployments",
                                                     "endpointslices",
                                                     "flowschemas",
                                                     "ingressclasses",
                                                     "ingresses",
                                                     "jobs",
                                                     "mutatingadmissionpolicies",
                                                     "mutatingadmissionpolicybindings",
                                                     "mutatingwebhookconfigurations",
                                                     "networkpolicies",
                                                     "poddisruptionbudgets",
                                                     "pods",
                                                     "podtemplates",
                                                     "priorityclasses",
                                                     "prioritylevelconfigurations",
                                                     "replicasets",
                                                     "replicationcontrollers",
                                                     "statefulsets",
                                                     "validatingadmissionpolicies",
                                                     "validatingadmissionpolicybindings",
                                                     "validatingwebhookconfigurations"};
    return resource.runtime || kWith.contains(resource.resource);
}

bool specDiffers(const json::object &a, const json::object &b) {
    constexpr std::array<std::string_view, 4> kApart = {"apiVersion", "kind", "metadata", "status"};
    auto apart = [&](std::string_view key) { return std::ranges::find(kApart, key) != kApart.end(); };
    for (const auto &[key, value] : a) {
        const json::value *other = apart(key) ? &value : b.if_contains(key);
        if (!other || *other != value)
            return true;
    }
    for (const auto &[key, value] : b)
        if (!apart(key) && !a.contains(key))
            return true;
    return false;
}

} // namespace coracle::apiserver
