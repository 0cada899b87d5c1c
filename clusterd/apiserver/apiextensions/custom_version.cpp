#include "clusterd/apiserver/apiextensions/custom_version.h"

#include "core/api/json_writer.h"
#include "core/api/version_order.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/sha.h>

namespace coracle::apiserver {

namespace {

constexpr std::array<std::string_view, 8> kVerbs = {"delete", "deletecollection", "get",    "list",
                                                    "patch",  "create",           "update", "watch"};
constexpr std::array<std::string_view, 3> kSubresourceVerbs = {"get", "patch", "update"};
constexpr size_t kHashBytes = 8;

constexpr std::string_view kNameDescription =
    "Name must be unique within a namespace. It cannot be changed once the object exists.";
constexpr std::string_view kAgeDescription = "The time at which the server created this object.";

/// As kube-apiserver tells clients which version is stored (discovery.StorageVersionHash).
std::string storageVersionHash(std::string_view group, std::string_view version, std::string_view kind) {
    const std::string text = fmt::format("{}/{}/{}", group, version, kind);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), digest.data());
    std::string hash;
    api::json::appendBase64(hash, std::string_view(reinterpret_cast<const char *>(digest.data()), kHashBytes));
    return hash;
}

/// "stable.example.com", "v1", "CronTab" to "com.example.stable.v1.CronTab".
std::string definitionName(std::string_view group, std::string_view version, std::string_view kind) {
    std::string reversed;
    while (!group.empty()) {
        const size_t dot = group.rfind('.');
        reversed += group.substr(dot == group.npos ? 0 : dot + 1);
        reversed += '.';
        group = group.substr(0, dot == group.npos ? 0 : dot);
    }
    return fmt::format("{}{}.{}", reversed, version, kind);
}

std::vector<std::string> namesOf(std::string_view path) {
    auto parsed = api::JsonPath::parse(path);
    return parsed ? parsed->names() : std::vector<std::string>();
}

} // namespace

std::span<const std::string_view> CustomVersion::keepList(const JsonArray &texts) {
    std::vector<std::string_view> list;
    for (const JsonValue &text : texts)
        list.push_back(keep(asText(text)));
    return m_lists.emplace_back(std::move(list));
}

void CustomVersion::setNames(const JsonObject &definition, const JsonObject &names) {
    m_resource.group = keep(textAt(definition, "spec", "group"));
    m_resource.resource = keep(textAt(names, "plural"));
    m_resource.singular = keep(textAt(names, "singular"));
    m_resource.kind = keep(textAt(names, "kind"));
    m_resource.listKind = keep(textAt(names, "listKind"));
    m_resource.shortNames = keepList(arrayAt(names, "shortNames"));
    m_resource.categories = keepList(arrayAt(names, "categories"));
    m_resource.namespaced = textAt(definition, "spec", "scope") == "Namespaced";
    m_resource.apiVersion = keep(fmt::format("{}/{}", m_resource.group, m_resource.version));
    m_resource.storagePrefix = keep(fmt::format("/registry/{}/{}", m_resource.group, m_resource.resource));
    for (const JsonValue &version : arrayAt(definition, "spec", "versions")) {
        const JsonObject &one = asObject(version);
        if (flagAt(one, "storage"))
            m_resource.storageVersion = keep(textAt(one, "name"));
        if (flagAt(one, "served") && api::compareVersions(textAt(one, "name"), m_resource.version) < 0)
            m_resource.preferredVersion = false;
    }
    m_resource.storageVersionHash =
        keep(storageVersionHash(m_resource.group, m_resource.storageVersion, m_resource.kind));
    m_resource.verbs = kVerbs;
}

void CustomVersion::setSubresources(const JsonObject &version) {
    m_hasStatus = hasAt(version, "subresources", "status");
    if (m_hasStatus)
        m_subresources.push_back({"status", m_resource.group, m_resource.version, m_resource.kind, kSubresourceVerbs});
    if (const JsonValue *scale = memberAt(version, "subresources", "scale")) {
        const JsonObject &paths = asObject(*scale);
        m_scale =
            ScalePaths{namesOf(textAt(paths, "specReplicasPath")), namesOf(textAt(paths, "statusReplicasPath")),
                       namesOf(textAt(paths, "labelSelectorPath")), std::string(textAt(paths, "specReplicasPath"))};
        m_subresources.push_back({"scale", "autoscaling", "v1", "Scale", kSubresourceVerbs});
    }
    m_resource.subresources = m_subresources;
    m_selectable.push_back("metadata.name");
    for (const JsonValue &field : arrayAt(version, "selectableFields"))
        if (std::string_view path = textAt(asObject(field), "jsonPath"); path.starts_with('.'))
            m_selectable.push_back(keep(path.substr(1)));
    m_resource.selectableFields = m_selectable;
}

void CustomVersion::setColumns(const JsonObject &version) {
    m_columns.push_back({"Name", "string", "name", 0, kNameDescription});
    const JsonArray &columns = arrayAt(version, "additionalPrinterColumns");
    for (const JsonValue &value : columns) {
        const JsonObject &column = asObject(value);
        auto path = api::JsonPath::parse(textAt(column, "jsonPath"));
        if (!path)
            continue; // stored by a server that took it
        const std::string_view description = textAt(column, "description");
        m_columns.push_back({keep(textAt(column, "name")), keep(textAt(column, "type")), keep(textAt(column, "format")),
                             int(intAt(column, "priority")),
                             description.empty() ? keep(fmt::format("Custom resource definition column (in JSONPath "
                                                                    "format): {}",
                                                                    textAt(column, "jsonPath")))
                                                 : keep(description)});
        m_columnPaths.push_back(std::move(*path));
    }
    if (columns.empty()) {
        m_columns.push_back({"Age", "date", "", 0, kAgeDescription});
        m_columnPaths.push_back(*api::JsonPath::parse(".metadata.creationTimestamp"));
    }
    m_resource.columns = m_columns;
}

void CustomVersion::setDeprecation(const JsonObject &definition, const JsonObject &version) {
    if (!flagAt(version, "deprecated"))
        return;
    if (const JsonValue *own = memberAt(version, "deprecationWarning")) {
        m_deprecation = asText(*own);
        return;
    }
    m_deprecation = fmt::format("{} {} is deprecated", m_resource.apiVersion, m_resource.kind);
    std::string_view better;
    for (const JsonValue &value : arrayAt(definition, "spec", "versions")) {
        const std::string_view name = textAt(asObject(value), "name");
        const bool candidate = flagAt(asObject(value), "served") && !flagAt(asObject(value), "deprecated");
        if (candidate && api::compareVersions(name, m_resource.version) < 0 &&
            (better.empty() || api::compareVersions(name, better) < 0))
            better = name;
    }
    if (!better.empty())
        m_deprecation += fmt::format("; use {}/{} {}", m_resource.group, better, m_resource.kind);
}

Result<std::unique_ptr<CustomVersion>> CustomVersion::create(const JsonObject &definition, const JsonObject &version,
                                                             const JsonObject &names, const api::RuntimeKind *kind) {
    std::unique_ptr<CustomVersion> result(new CustomVersion);
    result->m_served = flagAt(version, "served");
    result->m_stored = flagAt(version, "storage");
    result->m_schemaJson = objectAt(version, "schema", "openAPIV3Schema");
    TRY(result->m_schema, StructuralSchema::compile(result->m_schemaJson));
    api::ResourceInfo &resource = result->m_resource;
    resource.version = result->keep(textAt(version, "name"));
    result->setNames(definition, names);
    result->setSubresources(version);
    result->setColumns(version);
    result->setDeprecation(definition, version);
    result->m_types = std::make_unique<TypeTable>(*result->m_schema, resource.kind,
                                                  definitionName(resource.group, resource.version, resource.kind));
    result->m_rules = std::make_unique<CustomRules>(result->m_schemaJson);
    resource.type = &result->m_types->root();
    resource.runtime = kind;
    return result;
}

} // namespace coracle::apiserver
