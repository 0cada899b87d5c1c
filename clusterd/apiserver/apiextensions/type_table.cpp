#include "clusterd/apiserver/apiextensions/type_table.h"

#include "core/api/canonical_json.h"

namespace coracle::apiserver {

using api::Container;
using api::FieldInfo;
using api::TypeInfo;
using api::ValueKind;

namespace {

ValueKind scalarKind(const StructuralSchema &schema) {
    if (schema.intOrString)
        return ValueKind::IntOrString;
    if (schema.type == "string")
        return ValueKind::String;
    if (schema.type == "boolean")
        return ValueKind::Bool;
    if (schema.type == "integer")
        return ValueKind::Int64;
    return schema.type == "number" ? ValueKind::Double : ValueKind::Raw;
}

bool isStruct(const StructuralSchema &schema) {
    return schema.type == "object" && !schema.additional && (!schema.properties.empty() || schema.embedded);
}

bool isMap(const StructuralSchema &schema) {
    return schema.type == "object" && schema.additional;
}

bool isList(const StructuralSchema &schema) {
    return schema.type == "array" && schema.items;
}

} // namespace

TypeTable::TypeTable(const StructuralSchema &schema, std::string_view kind, std::string schemaName) {
    structType(schema, true);
    TypeInfo &root = m_types.back();
    root.name = keep(std::string(kind));
    root.schemaName = keep(std::move(schemaName));
    m_root = &root;
}

std::string_view TypeTable::keep(std::string text) {
    return m_texts.emplace_back(std::move(text));
}

TypeInfo &TypeTable::add(std::vector<FieldInfo> fields) {
    TypeInfo type;
    type.fields = m_fields.emplace_back(std::move(fields));
    return m_types.emplace_back(type);
}

const TypeInfo *TypeTable::structType(const StructuralSchema &schema, bool resource) {
    std::vector<FieldInfo> fields;
    if (resource) {
        for (std::string_view name : {"apiVersion", "kind"})
            fields.push_back({.name = name, .pointer = true});
        FieldInfo metadata{.name = "metadata", .kind = ValueKind::Struct, .pointer = true};
        metadata.type = api::findType("meta/v1", "ObjectMeta");
        fields.push_back(metadata);
    }
    for (const auto &[name, property] : schema.properties)
        if (!resource || (name != "apiVersion" && name != "kind" && name != "metadata"))
            fields.push_back(field(keep(name), *property));
    TypeInfo &type = add(std::move(fields));
    type.atomic = schema.atomicMap;
    type.open = schema.preserveUnknown;
    return &type;
}

/// A list or map that is itself an element.
const TypeInfo *TypeTable::containerType(const StructuralSchema &schema) {
    std::vector<FieldInfo> fields(1, field("items", schema));
    TypeInfo &type = add(std::move(fields));
    type.form = isList(schema) ? api::JsonForm::List : api::JsonForm::Map;
    return &type;
}

FieldInfo TypeTable::field(std::string_view name, const StructuralSchema &schema) {
    FieldInfo field{.name = name, .pointer = true};
    field.atomicMap = schema.atomicMap;
    if (schema.defaultValue)
        field.defaultJson = keep(api::json::canonicalText(*schema.defaultValue));
    if (isList(schema)) {
        field.container = Container::List;
        field.listType = schema.listType;
        std::vector<std::string_view> keys;
        for (const std::string &key : schema.listMapKeys)
            keys.push_back(keep(key));
        field.listMapKeys = m_keys.emplace_back(std::move(keys));
        setElement(field, schema.items.get());
    } else if (isMap(schema)) {
        field.container = Container::Map;
        setElement(field, schema.additional.get());
    } else {
        setElement(field, &schema);
    }
    return field;
}

void TypeTable::setElement(FieldInfo &field, const StructuralSchema *schema) {
    if (isStruct(*schema)) {
        field.kind = ValueKind::Struct;
        field.type = structType(*schema, schema->embedded);
    } else if (isList(*schema) || isMap(*schema)) {
        field.kind = ValueKind::Struct;
        field.type = containerType(*schema);
    } else {
        field.kind = scalarKind(*schema);
    }
}

} // namespace coracle::apiserver
