#include "clusterd/apiserver/apiextensions/schema_invariants.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <re2/re2.h>

namespace coracle::apiserver {

namespace {

enum class Level { Root, Item, Field };

constexpr std::array<std::string_view, 3> kJunctors = {"anyOf", "allOf", "oneOf"};

const JsonObject *schemaAt(const JsonObject &schema, std::string_view name) {
    const JsonValue *value = memberAt(schema, name);
    return value ? value->if_object() : nullptr;
}

/// {type: integer}, {type: string}: the form of an int-or-string, where types are allowed in a junctor.
bool isIntOrString(const JsonArray &anyOf) {
    const auto only = [](const JsonValue &value, std::string_view type) {
        return value.is_object() && value.get_object().size() == 1 && textAt(value.get_object(), "type") == type;
    };
    return anyOf.size() == 2 && only(anyOf[0], "integer") && only(anyOf[1], "string");
}

class Checker {
public:
    explicit Checker(std::vector<StatusCause> &causes) : m_errors(causes) {}

    void node(const JsonObject &schema, Level level, const FieldPath &path) {
        const std::string_view type = textAt(schema, "type");
        const JsonObject *items = schemaAt(schema, "items");
        if (type == "array" && !items)
            m_errors.required(path / "items", "must be specified");
        if (items)
            node(*items, Level::Item, path / "items");
        for (const auto &[name, property] : objectAt(schema, "properties"))
            node(asObject(property), Level::Field, (path / "properties").key(name));
        if (memberAt(schema, "additionalProperties")) {
            if (level == Level::Root)
                m_errors.forbidden(path / "additionalProperties", "must not be used at the root");
            if (const JsonObject *additional = schemaAt(schema, "additionalProperties"))
                node(*additional, Level::Field, path / "additionalProperties");
        }
        extensions(schema, path);
        const bool skipAnyOf = isIntOrString(arrayAt(schema, "anyOf"));
        const JsonArray &allOf = arrayAt(schema, "allOf");
        const bool skipFirst = !allOf.empty() && isIntOrString(arrayAt(asObject(allOf[0]), "anyOf"));
        assertions(schema, skipAnyOf, skipFirst, path);
        typeOfNode(schema, level, type, path);
        metadata(schema, level, path);
    }

private:
    void extensions(const JsonObject &schema, const FieldPath &path) {
        if (!flagAt(schema, "x-kubernetes-int-or-string"))
            return;
        for (std::string_view name : {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"})
            if (flagAt(schema, name))
                m_errors.invalid(path / name, Shown(JsonValue(true)),
                                 "must be false if x-kubernetes-int-or-string is true");
    }

    void typeOfNode(const JsonObject &schema, Level level, std::string_view type, const FieldPath &path) {
        const bool embedded = flagAt(schema, "x-kubernetes-embedded-resource");
        const bool preserves = flagAt(schema, "x-kubernetes-preserve-unknown-fields");
        if (embedded && type != "object") {
            constexpr std::string_view kWhy = "must be object if x-kubernetes-embedded-resource is true";
            if (type.empty())
                m_errors.required(path / "type", kWhy);
            else
                m_errors.invalid(path / "type", type, kWhy);
        } else if (type.empty() && !flagAt(schema, "x-kubernetes-int-or-string") && !preserves) {
            m_errors.required(path / "type", level == Level::Root   ? "must not be empty at the root"
                                             : level == Level::Item ? "must not be empty for specified array items"
                                                                    : "must not be empty for specified object fields");
        }
        if (embedded && memberAt(schema, "additionalProperties"))
            m_errors.forbidden(path / "additionalProperties",
                               "must not be used if x-kubernetes-embedded-resource is set");
        if (embedded && !preserves && objectAt(schema, "properties").empty())
            m_errors.required(path / "properties",
                              "must not be empty if x-kubernetes-embedded-resource is true without "
                              "x-kubernetes-preserve-unknown-fields");
        if (level == Level::Root && !type.empty() && type != "object")
            m_errors.invalid(path / "type", type, "must be object at the root");
    }

    void metadata(const JsonObject &schema, Level level, const FieldPath &path) {
        const bool checked = level == Level::Root || flagAt(schema, "x-kubernetes-embedded-resource");
        const JsonObject &properties = objectAt(schema, "properties");
        for (std::string_view name : {"kind", "apiVersion"}) {
            const JsonObject *property = schemaAt(properties, name);
            if (checked && property && textAt(*property, "type") != "string")
                m_errors.invalid((path / "properties").key(name) / "type", textAt(*property, "type"), "must be string");
        }
        const JsonObject *meta = schemaAt(properties, "metadata");
        if (!meta)
            return;
        const FieldPath place = (path / "properties").key("metadata");
        if (checked && textAt(*meta, "type") != "object")
            m_errors.invalid(place / "type", textAt(*meta, "type"), "must be object");
        if (level != Level::Root)
            return;
        const JsonObject &names = objectAt(*meta, "properties");
        const bool onlyNames = std::ranges::all_of(
            names, [](const auto &one) { return one.key() == "name" || one.key() == "generateName"; });
        const bool plain = std::ranges::all_of(*meta, [](const auto &one) {
            return one.key() == "type" || one.key() == "properties" || one.key() == "default";
        });
        if (!onlyNames || !plain)
            m_errors.forbidden(place, "must not specify anything other than name and generateName, but metadata is "
                                      "implicitly specified");
    }

    void assertions(const JsonObject &schema, bool skipAnyOf, bool skipFirstOfAll, const FieldPath &path) {
        for (std::string_view junctor : kJunctors) {
            if (junctor == "anyOf" && skipAnyOf)
                continue;
            const JsonArray &list = arrayAt(schema, junctor);
            for (size_t i = 0; i < list.size(); ++i)
                nested(asObject(list[i]), junctor == "allOf" && i == 0 && skipFirstOfAll, (path / junctor)[i]);
        }
        if (const JsonObject *negation = schemaAt(schema, "not"))
            nested(*negation, false, path / "not");
        if (const std::string_view pattern = textAt(schema, "pattern"); !pattern.empty()) {
            re2::RE2::Options options;
            options.set_log_errors(false);
            const re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
            if (!regex.ok())
                m_errors.invalid(path / "pattern", pattern,
                                 fmt::format("must be a valid regular expression, but isn't: {}", regex.error()));
        }
    }

    /// A schema under a junctor: it may only assert.
    void nested(const JsonObject &schema, bool skipAnyOf, const FieldPath &path) {
        assertions(schema, skipAnyOf, false, path);
        if (const JsonObject *items = schemaAt(schema, "items"))
            nested(*items, false, path / "items");
        for (const auto &[name, property] : objectAt(schema, "properties"))
            nested(asObject(property), false, (path / "properties").key(name));
        struct Rule {
            std::string_view name, why;
        };
        constexpr std::array kForbidden{
            Rule{"type", "must be empty to be structural"},
            Rule{"additionalProperties", "must be undefined to be structural"},
            Rule{"default", "must be undefined to be structural"},
            Rule{"title", "must be empty to be structural"},
            Rule{"description", "must be empty to be structural"},
            Rule{"nullable", "must be false to be structural"},
            Rule{"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
            Rule{"x-kubernetes-embedded-resource", "must be false to be structural"},
            Rule{"x-kubernetes-int-or-string", "must be false to be structural"},
            Rule{"x-kubernetes-list-map-keys", "must be empty to be structural"},
            Rule{"x-kubernetes-list-type", "must be undefined to be structural"},
            Rule{"x-kubernetes-map-type", "must be undefined to be structural"},
            Rule{"x-kubernetes-validations", "must be empty to be structural"},
        };
        for (const Rule &rule : kForbidden)
            if (const JsonValue *value = schema.if_contains(rule.name))
                if (!value->is_bool() || value->get_bool() || rule.name == "default" ||
                    rule.name == "additionalProperties")
                    m_errors.forbidden(path / rule.name, rule.why);
        if (objectAt(schema, "properties").contains("metadata"))
            m_errors.forbidden((path / "properties").key("metadata"), "must not be specified in a nested context");
    }

    FieldErrors m_errors;
};

/// What a junctor speaks of must also be there outside of it.
class Completeness {
public:
    explicit Completeness(std::vector<StatusCause> &causes) : m_errors(causes) {}

    void node(const JsonObject &schema, const FieldPath &path) {
        junctors(schema, schema, path, path);
        if (const JsonObject *items = schemaAt(schema, "items"))
            node(*items, path / "items");
        for (const auto &[name, property] : objectAt(schema, "properties"))
            node(asObject(property), (path / "properties").key(name));
        if (const JsonObject *additional = schemaAt(schema, "additionalProperties"))
            node(*additional, path / "additionalProperties");
    }

private:
    void junctors(const JsonObject &from, const JsonObject &schema, const FieldPath &fromPath, const FieldPath &path) {
        for (std::string_view junctor : kJunctors) {
            const JsonArray &list = arrayAt(from, junctor);
            for (size_t i = 0; i < list.size(); ++i)
                nested(asObject(list[i]), schema, (fromPath / junctor)[i], path);
        }
        if (const JsonObject *negation = schemaAt(from, "not"))
            nested(*negation, schema, fromPath / "not", path);
    }

    void nested(const JsonObject &assertion, const JsonObject &schema, const FieldPath &from, const FieldPath &path) {
        junctors(assertion, schema, from, path);
        const auto because = [](const FieldPath &where) {
            return fmt::format("because it is defined in {}", where.text());
        };
        if (const JsonObject *items = schemaAt(assertion, "items")) {
            if (const JsonObject *own = schemaAt(schema, "items"))
                nested(*items, *own, from / "items", path / "items");
            else
                m_errors.required(path / "items", because(from / "items"));
        }
        for (const auto &[name, property] : objectAt(assertion, "properties")) {
            const FieldPath own = (path / "properties").key(name), there = (from / "properties").key(name);
            if (const JsonObject *declared = schemaAt(objectAt(schema, "properties"), name))
                nested(asObject(property), *declared, there, own);
            else
                m_errors.required(own, because(there));
        }
    }

    FieldErrors m_errors;
};

} // namespace

void validateStructure(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes) {
    std::vector<StatusCause> found;
    Checker(found).node(schema, Level::Root, path);
    Completeness(found).node(schema, path);
    std::ranges::sort(found, {}, [](const StatusCause &cause) { return std::pair(cause.field, cause.message); });
    causes.insert(causes.end(), found.begin(), found.end());
}

} // namespace coracle::apiserver
