#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"
#include "core/api/schema.h"

#include <deque>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// A structural schema as the tables that built-in kinds have (core/api/schema.h), for what the tables drive:
/// server-side apply with its list and map types. Holds everything that the tables point to.
class TypeTable {
public:
    /// The schema of a whole resource; `schemaName` is its OpenAPI definition.
    TypeTable(const StructuralSchema &schema, std::string_view kind, std::string schemaName);
    TypeTable(const TypeTable &) = delete;
    TypeTable &operator=(const TypeTable &) = delete;

    const api::TypeInfo &root() const { return *m_root; }

private:
    const api::TypeInfo *structType(const StructuralSchema &schema, bool resource);
    const api::TypeInfo *containerType(const StructuralSchema &schema);
    api::FieldInfo field(std::string_view name, const StructuralSchema &schema);
    void setElement(api::FieldInfo &field, const StructuralSchema *schema);
    std::string_view keep(std::string text);
    api::TypeInfo &add(std::vector<api::FieldInfo> fields);

    std::deque<std::string> m_texts;
    std::deque<std::vector<std::string_view>> m_keys;
    std::deque<std::vector<api::FieldInfo>> m_fields;
    std::deque<api::TypeInfo> m_types;
    const api::TypeInfo *m_root = nullptr;
};

} // namespace coracle::apiserver
