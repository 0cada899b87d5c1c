#pragma once

#include "core/api/schema.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

/// Writes types as OpenAPI schemas. Included by the openapi_*.cpp sources only.
namespace coracle::api::openapi {

enum class Flavor : uint8_t { V2, V3 };

/// Appends JSON; puts the commas between members and items.
class Writer {
public:
    Writer &beginObject();
    Writer &endObject();
    Writer &beginArray();
    Writer &endArray();
    Writer &key(std::string_view name);
    Writer &text(std::string_view value);
    /// JSON text as it is.
    Writer &raw(std::string_view json);
    Writer &member(std::string_view name, std::string_view value) { return key(name).text(value); }
    std::string take() && { return std::move(m_out); }

private:
    void separate();
    std::string m_out;
};

/// Collects the types that a document refers to and writes each once.
class SchemaSet {
public:
    explicit SchemaSet(Flavor flavor) : m_flavor(flavor) {}

    void add(const TypeInfo *type);
    /// The definitions of a kind that was made at run time, and of its list.
    void addCustom(const ResourceInfo &resource);
    /// {"$ref": ...} to a named definition.
    void writeReference(Writer &out, std::string_view name) const;
    /// The definitions of all types that were added and of all that they refer to, by name.
    void writeDefinitions(Writer &out);

private:
    void addFieldsOf(const TypeInfo &type);
    void writeType(Writer &out, const TypeInfo &type) const;
    void writeFields(Writer &out, const TypeInfo &type, std::vector<std::string_view> &required) const;
    void writeField(Writer &out, const FieldInfo &field) const;
    void writeElement(Writer &out, const FieldInfo &field, std::string_view description) const;
    void writeKinds(Writer &out, const TypeInfo &type) const;

    std::string listDefinition(const ResourceInfo &resource) const;

    Flavor m_flavor;
    std::unordered_set<const TypeInfo *> m_seen;
    std::vector<const TypeInfo *> m_types;
    std::map<std::string, std::string> m_custom; ///< by name
};

inline constexpr std::string_view kPatch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

} // namespace coracle::api::openapi
