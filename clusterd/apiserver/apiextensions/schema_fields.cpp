#include "clusterd/apiserver/apiextensions/pruning.h"
#include "clusterd/apiserver/apiextensions/schema_invariants.h"
#include "clusterd/apiserver/apiextensions/value_validation.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::array<std::string_view, 3> kMetaFields = {"metadata", "kind", "apiVersion"};

/// What a schema is, seen from the place where it stands.
struct Surroundings {
    bool root = false;
    bool insideMeta = false;   ///< inside ObjectMeta or TypeMeta
    std::string noDefaultsWhy; ///< "in top-level metadata"
};

class Checker {
public:
    explicit Checker(std::vector<StatusCause> &causes) : m_errors(causes) {}

    void node(const JsonObject &schema, const FieldPath &path, const Surroundings &around) {
        unsupported(schema, path, around);
        if (flagAt(schema, "uniqueItems"))
            m_errors.forbidden(path / "uniqueItems",
                               "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        const JsonObject &properties = objectAt(schema, "properties");
        if (const JsonValue *additional = memberAt(schema, "additionalProperties")) {
            if (!properties.empty() && !(additional->is_bool() && additional->get_bool()))
                m_errors.forbidden(path / "additionalProperties",
                                   "additionalProperties and properties are mutual exclusive");
            Surroundings inner{.insideMeta = around.insideMeta, .noDefaultsWhy = around.noDefaultsWhy};
            if (around.insideMeta)
                inner.noDefaultsWhy = "inside additionalProperties applying to object metadata";
            if (additional->is_object())
                node(additional->get_object(), path / "additionalProperties", inner);
        }
        const bool resource = around.root || flagAt(schema, "x-kubernetes-embedded-resource");
        Surroundings plain{.insideMeta = around.insideMeta, .noDefaultsWhy = around.noDefaultsWhy};
        for (const auto &[name, property] : properties) {
            Surroundings inner = plain;
            if (resource && std::ranges::find(kMetaFields, std::string_view(name)) != kMetaFields.end()) {
                inner.insideMeta = true;
                if (around.root)
                    inner.noDefaultsWhy = fmt::format("in top-level {}", std::string_view(name));
            }
            node(asObject(property), (path / "properties").key(name), inner);
        }
        for (std::string_view junctor : {"allOf", "oneOf", "anyOf"}) {
            const JsonArray &list = arrayAt(schema, junctor);
            for (size_t i = 0; i < list.size(); ++i)
                node(asObject(list[i]), (path / junctor)[i], plain);
        }
        for (std::string_view name : {"not", "items"})
            if (const JsonValue *inner = memberAt(schema, name); inner && inner->is_object())
                node(inner->get_object(), path / name, plain);
        extensions(schema, path);
    }

private:
    void unsupported(const JsonObject &schema, const FieldPath &path, const Surroundings &around) {
        static constexpr std::array<std::string_view, 6> kTypes = {"array",  "boolean", "integer",
                                                                   "number", "object",  "string"};
        const std::string_view type = textAt(schema, "type");
        if (!type.empty() && std::ranges::find(kTypes, type) == kTypes.end())
            m_errors.notSupported(path / "type", type, kTypes);
        if (schema.contains("default") && !around.noDefaultsWhy.empty())
            m_errors.forbidden(path / "default", "must not be set " + around.noDefaultsWhy);
        for (std::string_view name :
             {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"})
            if (memberAt(schema, name))
                m_errors.forbidden(path / name, fmt::format("{} is not supported", name));
        if (type == "null")
            m_errors.forbidden(path / "type", "type cannot be set to null, use nullable as an alternative");
        if (const JsonValue *items = memberAt(schema, "items"); items && items->is_array())
            m_errors.forbidden(path / "items", "items must be a schema object and not an array");
        if (around.insideMeta && flagAt(schema, "x-kubernetes-embedded-resource"))
            m_errors.forbidden(path / "x-kubernetes-embedded-resource", "must not be used inside of resource meta");
        if (const JsonValue *preserve = memberAt(schema, "x-kubernetes-preserve-unknown-fields");
            preserve && preserve->is_bool() && !preserve->get_bool())
            m_errors.invalid(path / "x-kubernetes-preserve-unknown-fields", Shown(*preserve),
                             "must be true or undefined");
    }

    void needsType(const JsonObject &schema, const FieldPath &path, std::string_view type, std::string_view extension) {
        const std::string_view own = textAt(schema, "type");
        const std::string why = fmt::format("must be {} if {} is specified", type, extension);
        if (own.empty())
            m_errors.required(path / "type", why);
        else if (own != type)
            m_errors.invalid(path / "type", own, why);
    }

    void extensions(const JsonObject &schema, const FieldPath &path) {
        static constexpr std::array<std::string_view, 2> kMapTypes = {"atomic", "granular"};
        static constexpr std::array<std::string_view, 3> kListTypes = {"atomic", "set", "map"};
        if (const JsonValue *mapType = memberAt(schema, "x-kubernetes-map-type")) {
            needsType(schema, path, "object", "x-kubernetes-map-type");
            if (std::ranges::find(kMapTypes, asText(*mapType)) == kMapTypes.end())
                m_errors.notSupported(path / "x-kubernetes-map-type", asText(*mapType), kMapTypes);
        }
        const JsonValue *listType = memberAt(schema, "x-kubernetes-list-type");
        const std::string_view kind = listType ? asText(*listType) : std::string_view();
        if (listType) {
            needsType(schema, path, "array", "x-kubernetes-list-type");
            if (std::ranges::find(kListTypes, kind) == kListTypes.end())
                m_errors.notSupported(path / "x-kubernetes-list-type", kind, kListTypes);
        }
        const JsonArray &keys = arrayAt(schema, "x-kubernetes-list-map-keys");
        if (!keys.empty() && !listType)
            m_errors.required(path / "x-kubernetes-list-type",
                              "must be map if x-kubernetes-list-map-keys is non-empty");
        else if (!keys.empty() && kind != "map")
            m_errors.invalid(path / "x-kubernetes-list-type", kind,
                             "must be map if x-kubernetes-list-map-keys is non-empty");
        const JsonObject &items = objectAt(schema, "items");
        if (kind == "set")
            setItems(items, path);
        if (kind == "map")
            mapItems(schema, items, keys, path);
        if ((kind == "set" || kind == "map") && flagAt(items, "nullable"))
            m_errors.forbidden(path / "items" / "nullable",
                               fmt::format("cannot be nullable when x-kubernetes-list-type is {}", kind));
    }

    void setItems(const JsonObject &items, const FieldPath &path) {
        constexpr std::string_view kWhy = "must be atomic as item of a list with x-kubernetes-list-type=set";
        const std::string_view type = textAt(items, "type");
        const JsonValue *listType = memberAt(items, "x-kubernetes-list-type");
        if (type == "array" && listType && asText(*listType) != "atomic")
            m_errors.invalid(path / "items" / "x-kubernetes-list-type", Shown(*listType), kWhy);
        if (type == "object" && textAt(items, "x-kubernetes-map-type") != "atomic")
            m_errors.invalid(path / "items" / "x-kubernetes-map-type", Shown::member(items, "x-kubernetes-map-type"),
                             kWhy);
    }

    void mapItems(const JsonObject &schema, const JsonObject &items, const JsonArray &keys, const FieldPath &path) {
        if (keys.empty())
            m_errors.required(path / "x-kubernetes-list-map-keys",
                              "must not be empty if x-kubernetes-list-type is map");
        if (!memberAt(schema, "items")) {
            m_errors.required(path / "items", "must have a schema if x-kubernetes-list-type is map");
            return;
        }
        if (textAt(items, "type") != "object") {
            m_errors.invalid(path / "items" / "type", textAt(items, "type"),
                             "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        std::set<std::string_view> seen;
        const FieldPath keysPath = path / "x-kubernetes-list-map-keys";
        for (const JsonValue &key : keys) {
            const std::string_view name = asText(key);
            if (!seen.insert(name).second)
                m_errors.invalid(keysPath, Shown(keys), "must not contain duplicate entries");
            const JsonValue *property = memberAt(items, "properties", name);
            if (!property) {
                m_errors.invalid(keysPath, Shown(keys), "entries must all be names of item properties");
                continue;
            }
            mapKey(items, name, asObject(*property), path / "items" / "properties");
        }
    }

    void mapKey(const JsonObject &items, std::string_view name, const JsonObject &property,
                const FieldPath &properties) {
        const FieldPath path = properties.key(name);
        const std::string_view type = textAt(property, "type");
        if (type == "array" || type == "object")
            m_errors.invalid(path / "type", type,
                             "must be a scalar type if parent array's x-kubernetes-list-type is map");
        const JsonArray &required = arrayAt(items, "required");
        const bool isRequired =
            std::ranges::any_of(required, [&](const JsonValue &one) { return asText(one) == name; });
        if (!isRequired && !property.contains("default"))
            m_errors.required(path / "default", "this property is in x-kubernetes-list-map-keys, so it must have a "
                                                "default or be a required property");
        if (flagAt(property, "nullable"))
            m_errors.forbidden(path / "nullable",
                               "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
    }

    FieldErrors m_errors;
};

class Defaults {
public:
    explicit Defaults(std::vector<StatusCause> &causes) : m_causes(causes) {}

    void node(const JsonObject &schema, const FieldPath &path) {
        if (const JsonValue *value = schema.if_contains("default"))
            check(schema, *value, path / "default");
        if (const JsonValue *items = memberAt(schema, "items"); items && items->is_object())
            node(items->get_object(), path / "items");
        for (const auto &[name, property] : objectAt(schema, "properties"))
            node(asObject(property), (path / "properties").key(name));
        if (const JsonValue *more = memberAt(schema, "additionalProperties"); more && more->is_object())
            node(more->get_object(), path / "additionalProperties");
    }

private:
    void check(const JsonObject &schema, const JsonValue &value, const FieldPath &path) {
        auto compiled = StructuralSchema::compile(schema);
        if (!compiled)
            return; // said elsewhere
        JsonValue pruned = value;
        if (prune(pruned, **compiled))
            FieldErrors(m_causes).invalid(path, Shown(value), "must not have unknown fields");
        validateValue(value, **compiled, nullptr, path.text(), m_causes);
        validateListTypes(value, **compiled, path.text(), m_causes);
        validateEmbedded(value, **compiled, path.text(), m_causes);
    }

    std::vector<StatusCause> &m_causes;
};

} // namespace

void validateSchemaFields(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes) {
    Checker(causes).node(schema, path, {.root = true});
}

void validateSchemaDefaults(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes) {
    Defaults(causes).node(schema, path);
}

} // namespace coracle::apiserver
