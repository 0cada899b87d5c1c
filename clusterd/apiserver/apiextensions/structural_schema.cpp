#include "clusterd/apiserver/apiextensions/structural_schema.h"

#include "clusterd/apiserver/json_access.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr int64_t kRegexMemory = 8 << 20; ///< for one pattern; RE2 refuses or slows down beyond, and never explodes
constexpr int kDepthMax = 200;

class Compiler {
public:
    Result<SchemaPtr> node(const json::object &schema) {
        if (++m_depth > kDepthMax)
            return errors::other("the schema is nested too deeply");
        auto result = std::make_unique<StructuralSchema>();
        result->type = textAt(schema, "type");
        result->nullable = flagAt(schema, "nullable");
        result->preserveUnknown = flagAt(schema, "x-kubernetes-preserve-unknown-fields");
        result->embedded = flagAt(schema, "x-kubernetes-embedded-resource");
        result->intOrString = flagAt(schema, "x-kubernetes-int-or-string");
        result->atomicMap = textAt(schema, "x-kubernetes-map-type") == "atomic";
        const std::string_view listType = textAt(schema, "x-kubernetes-list-type");
        result->listType = listType == "map"   ? api::ListType::Map
                           : listType == "set" ? api::ListType::Set
                                               : api::ListType::Atomic;
        for (const json::value &key : arrayAt(schema, "x-kubernetes-list-map-keys"))
            result->listMapKeys.emplace_back(asText(key));
        if (const json::value *value = schema.if_contains("default"))
            result->defaultValue = *value;
        CHECK(children(schema, *result));
        CHECK(rules(schema, result->rules));
        summarize(*result);
        --m_depth;
        return result;
    }

private:
    Result<> children(const json::object &schema, StructuralSchema &result) {
        for (const auto &[name, property] : objectAt(schema, "properties")) {
            TRY(SchemaPtr child, node(asObject(property)));
            result.properties.emplace(name, std::move(child));
        }
        if (const json::value *additional = memberAt(schema, "additionalProperties")) {
            result.additionalAllowed = additional->is_object() || (additional->is_bool() && additional->get_bool());
            if (additional->is_object()) {
                TRY(result.additional, node(additional->get_object()));
            }
        }
        if (const json::value *items = memberAt(schema, "items"); items && items->is_object()) {
            TRY(result.items, node(items->get_object()));
        }
        return {};
    }

    Result<> rules(const json::object &schema, ValueRules &out) {
        out.format = textAt(schema, "format");
        number(schema, "minimum", out.minimum);
        number(schema, "maximum", out.maximum);
        number(schema, "multipleOf", out.multipleOf);
        out.exclusiveMinimum = flagAt(schema, "exclusiveMinimum");
        out.exclusiveMaximum = flagAt(schema, "exclusiveMaximum");
        count(schema, "minLength", out.minLength);
        count(schema, "maxLength", out.maxLength);
        count(schema, "minItems", out.minItems);
        count(schema, "maxItems", out.maxItems);
        count(schema, "minProperties", out.minProperties);
        count(schema, "maxProperties", out.maxProperties);
        if (out.pattern = textAt(schema, "pattern"); !out.pattern.empty()) {
            re2::RE2::Options options;
            options.set_log_errors(false);
            options.set_max_mem(kRegexMemory);
            out.regex = std::make_unique<const re2::RE2>(out.pattern, options);
            if (!out.regex->ok())
                return errors::other(fmt::format("invalid pattern {}: {}", out.pattern, out.regex->error()));
        }
        for (const json::value &value : arrayAt(schema, "enum"))
            out.enumeration.push_back(value);
        for (const json::value &name : arrayAt(schema, "required"))
            out.required.emplace_back(asText(name));
        CHECK(junctor(schema, "allOf", out.allOf));
        CHECK(junctor(schema, "anyOf", out.anyOf));
        CHECK(junctor(schema, "oneOf", out.oneOf));
        if (const json::value *negation = memberAt(schema, "not")) {
            TRY(out.negation, node(asObject(*negation)));
        }
        return {};
    }

    Result<> junctor(const json::object &schema, std::string_view name, std::vector<SchemaPtr> &out) {
        for (const json::value &one : arrayAt(schema, name)) {
            TRY(SchemaPtr child, node(asObject(one)));
            out.push_back(std::move(child));
        }
        return {};
    }

    static void number(const json::object &schema, std::string_view name, std::optional<json::value> &out) {
        if (const json::value *value = memberAt(schema, name); value && value->is_number())
            out = *value;
    }

    static void count(const json::object &schema, std::string_view name, std::optional<int64_t> &out) {
        if (const json::value *value = memberAt(schema, name); value && value->is_number())
            out = value->to_number<int64_t>();
    }

    static void summarize(StructuralSchema &node) {
        node.hasDefaults = node.defaultValue.has_value();
        node.hasEmbedded = node.embedded;
        node.hasListTypes = node.listType != api::ListType::Atomic;
        const auto add = [&](const SchemaPtr &child) {
            if (!child)
                return;
            node.hasDefaults |= child->hasDefaults;
            node.hasEmbedded |= child->hasEmbedded;
            node.hasListTypes |= child->hasListTypes;
        };
        for (const auto &[name, child] : node.properties)
            add(child);
        add(node.additional);
        add(node.items);
    }

    int m_depth = 0;
};

} // namespace

ValueRules::ValueRules() = default;
ValueRules::ValueRules(ValueRules &&) noexcept = default;
ValueRules::~ValueRules() = default;

Result<SchemaPtr> StructuralSchema::compile(const json::object &schema) {
    return Compiler().node(schema);
}

const StructuralSchema *StructuralSchema::member(std::string_view name) const {
    const auto found = properties.find(name);
    return found != properties.end() ? found->second.get() : additional.get();
}

} // namespace coracle::apiserver
