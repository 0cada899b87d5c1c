#include "core/api/openapi_schema.h"

#include "core/api/json_writer.h"
#include "core/api/runtime_kind.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::api::openapi {

namespace {

struct Special {
    ValueKind kind;
    std::string_view name, v2, v3; ///< of the definition: its name and its body
};

constexpr std::array kSpecials{
    Special{
        ValueKind::Quantity, "io.k8s.apimachinery.pkg.api.resource.Quantity",
        R"({"description":"A fixed-point number with a unit suffix.","type":"string"})",
        R"({"description":"A fixed-point number with a unit suffix.","oneOf":[{"type":"string"},{"type":"number"}]})"},
    Special{ValueKind::IntOrString, "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
            R"({"description":"A number or a string.","type":"string","format":"int-or-string"})",
            R"({"description":"A number or a string.","format":"int-or-string",)"
            R"("oneOf":[{"type":"integer"},{"type":"string"}]})"},
    Special{ValueKind::Time, "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
            R"({"description":"A time in RFC 3339 form.","type":"string","format":"date-time"})",
            R"({"description":"A time in RFC 3339 form.","type":"string","format":"date-time"})"},
    Special{ValueKind::MicroTime, "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
            R"({"description":"A time with microseconds in RFC 3339 form.","type":"string","format":"date-time"})",
            R"({"description":"A time with microseconds in RFC 3339 form.","type":"string","format":"date-time"})"},
    Special{ValueKind::DurationText, "io.k8s.apimachinery.pkg.apis.meta.v1.Duration",
            R"({"description":"A duration such as 1h30m.","type":"string"})",
            R"({"description":"A duration such as 1h30m.","type":"string"})"},
};

constexpr std::string_view kPatchBody =
    R"({"description":"A patch in the form that the media type names.","type":"object"})";

std::string_view scalarBody(ValueKind kind) {
    switch (kind) {
    case ValueKind::String:
        return R"("type":"string")";
    case ValueKind::Bool:
        return R"("type":"boolean")";
    case ValueKind::Int32:
        return R"("type":"integer","format":"int32")";
    case ValueKind::Int64:
        return R"("type":"integer","format":"int64")";
    case ValueKind::Double:
        return R"("type":"number","format":"double")";
    case ValueKind::Bytes:
        return R"("type":"string","format":"byte")";
    default:
        return R"("x-kubernetes-preserve-unknown-fields":true)";
    }
}

const Special *specialOf(ValueKind kind) {
    const auto found = std::ranges::find(kSpecials, kind, &Special::kind);
    return found == kSpecials.end() ? nullptr : &*found;
}

/// What is said about the members that nearly all kinds have.
std::string_view descriptionOf(std::string_view field) {
    struct Known {
        std::string_view field, text;
    };
    constexpr std::array kKnown{
        Known{"apiVersion", "The group and version of this object's schema."},
        Known{"kind", "The kind of this object, in the words of its schema."},
        Known{"metadata", "The name, labels and other data that all objects have."},
        Known{"spec", "The wanted state."},
        Known{"status", "The observed state; written by the system."},
        Known{"items", "The objects of the list."},
    };
    const auto found = std::ranges::find(kKnown, field, &Known::field);
    return found == kKnown.end() ? "" : found->text;
}

void writeKind(Writer &out, std::string_view group, std::string_view version, std::string_view kind) {
    out.beginObject().member("group", group).member("kind", kind).member("version", version).endObject();
}

} // namespace

void Writer::separate() {
    if (!m_out.empty() && m_out.back() != '{' && m_out.back() != '[' && m_out.back() != ':')
        m_out += ',';
}

Writer &Writer::beginObject() {
    separate();
    m_out += '{';
    return *this;
}

Writer &Writer::endObject() {
    m_out += '}';
    return *this;
}

Writer &Writer::beginArray() {
    separate();
    m_out += '[';
    return *this;
}

Writer &Writer::endArray() {
    m_out += ']';
    return *this;
}

Writer &Writer::key(std::string_view name) {
    separate();
    json::appendString(m_out, name);
    m_out += ':';
    return *this;
}

Writer &Writer::text(std::string_view value) {
    separate();
    json::appendString(m_out, value);
    return *this;
}

Writer &Writer::raw(std::string_view json) {
    separate();
    m_out += json;
    return *this;
}

void SchemaSet::add(const TypeInfo *type) {
    if (!type || !m_seen.insert(type).second)
        return;
    m_types.push_back(type);
    addFieldsOf(*type);
}

void SchemaSet::addCustom(const ResourceInfo &resource) {
    for (std::string_view name : {"ObjectMeta", "ListMeta"})
        add(findType("meta/v1", name));
    const std::string name(resource.type->schemaName);
    m_custom[name] = resource.runtime->definition(
        resource, m_flavor == Flavor::V3 ? RuntimeKind::Description::OpenApiV3 : RuntimeKind::Description::OpenApiV2);
    m_custom[name + "List"] = listDefinition(resource);
}

std::string SchemaSet::listDefinition(const ResourceInfo &resource) const {
    constexpr std::string_view kText = R"("type":"string")";
    Writer out;
    const auto described = [&](std::string_view name, std::string_view body) {
        out.key(name).beginObject().member("description", descriptionOf(name)).raw(body).endObject();
    };
    out.beginObject().member("type", "object").key("required").raw(R"(["items"])").key("properties").beginObject();
    described("apiVersion", kText);
    described("kind", kText);
    out.key("items").beginObject().member("type", "array").key("items");
    writeReference(out, resource.type->schemaName);
    out.endObject().key("metadata");
    writeReference(out, "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta");
    out.endObject().key("x-kubernetes-group-version-kind").beginArray();
    writeKind(out, resource.group, resource.version, resource.listKind);
    out.endArray().endObject();
    return std::move(out).take();
}

void SchemaSet::addFieldsOf(const TypeInfo &type) {
    for (const FieldInfo &field : type.fields) {
        if (field.inlined && field.type)
            addFieldsOf(*field.type);
        else
            add(field.type);
    }
}

void SchemaSet::writeReference(Writer &out, std::string_view name) const {
    const std::string_view place = m_flavor == Flavor::V3 ? "#/components/schemas/" : "#/definitions/";
    out.beginObject().member("$ref", fmt::format("{}{}", place, name)).endObject();
}

void SchemaSet::writeDefinitions(Writer &out) {
    std::ranges::sort(m_types, {}, &TypeInfo::schemaName);
    out.beginObject();
    for (const TypeInfo *type : m_types) {
        out.key(type->schemaName);
        writeType(out, *type);
    }
    for (const auto &[name, body] : m_custom)
        out.key(name).raw(body);
    for (const Special &special : kSpecials)
        out.key(special.name).raw(m_flavor == Flavor::V3 ? special.v3 : special.v2);
    out.key(kPatch).raw(kPatchBody);
    out.endObject();
}

void SchemaSet::writeType(Writer &out, const TypeInfo &type) const {
    if (type.form == JsonForm::List && !type.fields.empty()) {
        out.beginObject().member("type", "array").key("items");
        writeElement(out, type.fields.front(), "");
        out.endObject();
        return;
    }
    if (type.form != JsonForm::Object) { // one of several forms, which OpenAPI cannot say in both versions
        out.raw(R"({"x-kubernetes-preserve-unknown-fields":true})");
        return;
    }
    out.beginObject().member("type", "object");
    std::vector<std::string_view> required;
    if (!type.fields.empty()) {
        out.key("properties").beginObject();
        writeFields(out, type, required);
        out.endObject();
    }
    if (!required.empty()) {
        out.key("required").beginArray();
        for (std::string_view name : required)
            out.text(name);
        out.endArray();
    }
    if (type.atomic)
        out.member("x-kubernetes-map-type", "atomic");
    writeKinds(out, type);
    out.endObject();
}

void SchemaSet::writeFields(Writer &out, const TypeInfo &type, std::vector<std::string_view> &required) const {
    for (const FieldInfo &field : type.fields) {
        if (field.inlined) {
            if (field.type)
                writeFields(out, *field.type, required);
            continue;
        }
        out.key(field.name);
        writeField(out, field);
        if (field.required)
            required.push_back(field.name);
    }
}

/// A value, or an element of a list or map. OpenAPI 3.0 allows nothing beside a reference, so that it is wrapped.
void SchemaSet::writeElement(Writer &out, const FieldInfo &field, std::string_view description) const {
    const Special *special = specialOf(field.kind);
    const std::string_view name = special ? special->name : field.type ? field.type->schemaName : "";
    if (!name.empty() && m_flavor == Flavor::V2 && description.empty())
        return writeReference(out, name);
    out.beginObject();
    if (!description.empty())
        out.member("description", description);
    if (name.empty()) {
        out.raw(scalarBody(field.kind));
        if (field.container == Container::None && !field.defaultJson.empty())
            out.key("default").raw(field.defaultJson);
        if (!field.enumValues.empty()) {
            out.key("enum").beginArray();
            for (std::string_view value : field.enumValues)
                out.text(value);
            out.endArray();
        }
    } else if (m_flavor == Flavor::V3) {
        out.key("allOf").beginArray();
        writeReference(out, name);
        out.endArray();
    } else {
        out.member("$ref", fmt::format("#/definitions/{}", name));
    }
    out.endObject();
}

void SchemaSet::writeField(Writer &out, const FieldInfo &field) const {
    const std::string_view description = descriptionOf(field.name);
    if (field.container == Container::None) {
        writeElement(out, field, description);
        return;
    }
    out.beginObject();
    if (!description.empty())
        out.member("description", description);
    if (field.container == Container::Map) {
        out.member("type", "object").key("additionalProperties");
        writeElement(out, field, "");
        if (field.atomicMap)
            out.member("x-kubernetes-map-type", "atomic");
        out.endObject();
        return;
    }
    out.member("type", "array").key("items");
    writeElement(out, field, "");
    if (field.listType == ListType::Map) {
        out.key("x-kubernetes-list-map-keys").beginArray();
        for (std::string_view key : field.listMapKeys)
            out.text(key);
        out.endArray();
    }
    out.member("x-kubernetes-list-type", field.listType == ListType::Map   ? "map"
                                         : field.listType == ListType::Set ? "set"
                                                                           : "atomic");
    if (!field.patchKey.empty())
        out.member("x-kubernetes-patch-merge-key", field.patchKey);
    constexpr std::array<std::string_view, 5> kStrategies{"", "merge", "replace", "retainKeys", "merge,retainKeys"};
    if (field.patchStrategy != PatchStrategy::None)
        out.member("x-kubernetes-patch-strategy", kStrategies[size_t(field.patchStrategy)]);
    out.endObject();
}

/// Which kinds the type is the body of.
void SchemaSet::writeKinds(Writer &out, const TypeInfo &type) const {
    for (const auto resources : {builtinResources(), optionalResources()})
        for (const ResourceInfo &resource : resources) {
            const bool list = type.name == resource.listKind && resource.type && type.package == resource.type->package;
            if (resource.type != &type && !list)
                continue;
            out.key("x-kubernetes-group-version-kind").beginArray();
            writeKind(out, resource.group, resource.version, list ? resource.listKind : resource.kind);
            out.endArray();
            return;
        }
}

} // namespace coracle::api::openapi
