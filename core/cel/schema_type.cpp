#include "core/cel/schema_type.h"

#include "core/cel/schema_rules.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;
using boost::json::object;

// Sizes in JSON texts (k8s.io/apiserver/pkg/cel limits).
constexpr uint64_t kDurationSizeMin = 3, kDurationSizeMax = 32;
constexpr uint64_t kTimeSizeMin = 21, kTimeSizeMax = 32;
constexpr uint64_t kDateSize = 12;
constexpr uint64_t kStringSizeMin = 2, kBoolSizeMin = 4, kNumberSizeMin = 1, kContainerSizeMin = 2;
/// Of a character, as limits count characters and sizes bytes.
constexpr uint64_t kCharacterBytesMax = 4;

std::shared_ptr<TypeNode> make(const object &schema, Kind kind, uint64_t minSize, uint64_t maxElements) {
    auto type = std::make_shared<TypeNode>();
    type->kind = kind;
    type->fromSchema = true;
    type->minSize = minSize;
    type->maxElements = maxElements;
    type->nullable = schemaFlag(schema, "nullable");
    return type;
}

uint64_t limitOr(const object &schema, std::string_view name, uint64_t otherwise, uint64_t factor = 1) {
    const auto limit = schemaNumber(schema, name);
    return limit ? *limit * factor : otherwise;
}

Type textType(const object &schema) {
    const std::string_view format = schemaText(schema, "format");
    if (format == "byte")
        return make(schema, Kind::Bytes, kStringSizeMin, limitOr(schema, "maxLength", kRequestBytesMax - 2));
    if (format == "duration")
        return make(schema, Kind::Duration, kDurationSizeMin, kDurationSizeMax);
    if (format == "date-time")
        return make(schema, Kind::Timestamp, kTimeSizeMin, kTimeSizeMax);
    if (format == "date") {
        auto type = make(schema, Kind::Timestamp, kDateSize, kDateSize);
        type->dateOnly = true;
        return type;
    }
    uint64_t longest = kRequestBytesMax - 2;
    if (const auto *values = schema.if_contains("enum"); values && values->is_array() && !values->get_array().empty()) {
        longest = 0;
        for (const auto &value : values->get_array())
            if (value.is_string())
                longest = std::max(longest, uint64_t(value.get_string().size()));
    }
    return make(schema, Kind::String, kStringSizeMin, limitOr(schema, "maxLength", longest, kCharacterBytesMax));
}

std::optional<Type> arrayType(const object &schema) {
    const object *items = schemaPart(schema, "items");
    auto element = items ? schemaType(*items, schemaFlag(*items, "x-kubernetes-embedded-resource")) : std::nullopt;
    if (!element)
        return std::nullopt;
    const uint64_t most = (kRequestBytesMax - 2) / ((*element)->minSize + 1);
    auto type = make(schema, Kind::List, kContainerSizeMin, limitOr(schema, "maxItems", most));
    type->params = {*element};
    const std::string_view semantics = schemaText(schema, "x-kubernetes-list-type");
    type->list = semantics == "set"   ? ListSemantics::Set
                 : semantics == "map" ? ListSemantics::Map
                                      : ListSemantics::Atomic;
    if (const auto *keys = schema.if_contains("x-kubernetes-list-map-keys"); keys && keys->is_array())
        for (const auto &key : keys->get_array())
            if (key.is_string())
                type->listKeys.emplace_back(key.get_string());
    return type;
}

std::optional<Type> mapTypeOf(const object &schema, const object &values) {
    auto value = schemaType(values, schemaFlag(values, "x-kubernetes-embedded-resource"));
    if (!value)
        return std::nullopt;
    // Two bytes for the shortest key, then colon, comma and quotation marks.
    const uint64_t most = (kRequestBytesMax - 2) / ((*value)->minSize + 6);
    auto type = make(schema, Kind::Map, kContainerSizeMin, limitOr(schema, "maxProperties", most));
    type->params = {make({}, Kind::String, kStringSizeMin, 0), *value};
    return type;
}

bool isRequired(const object &schema, std::string_view name) {
    const auto *required = schema.if_contains("required");
    if (!required || !required->is_array())
        return false;
    return std::any_of(required->get_array().begin(), required->get_array().end(),
                       [&](const auto &entry) { return entry.is_string() && entry.get_string() == name; });
}

Type objectTypeOf(const object &schema, bool resource) {
    uint64_t minSize = kContainerSizeMin;
    std::vector<Field> fields;
    const auto add = [&](std::string_view name, const object &property) {
        auto type = schemaType(property, schemaFlag(property, "x-kubernetes-embedded-resource"));
        if (!type)
            return;
        if (isRequired(schema, name) && !property.contains("default"))
            minSize += name.size() + (*type)->minSize + 4;
        if (auto escaped = escapeProperty(name))
            fields.push_back({std::move(*escaped), std::string(name), std::move(*type)});
    };
    if (const object *properties = schemaPart(schema, "properties"))
        for (const auto &[name, property] : *properties)
            if (property.is_object() && !(resource && isResourceField(name)))
                add(name, property.get_object());
    if (resource) {
        const object completed = resourceProperties(schemaPart(schema, "properties"));
        for (const auto &[name, property] : completed)
            add(name, property.get_object());
    }
    auto type = make(schema, Kind::Object, minSize, 0);
    type->name = "object";
    std::sort(fields.begin(), fields.end(), [](const Field &a, const Field &b) { return a.name < b.name; });
    type->fields = std::move(fields);
    return type;
}

} // namespace

const object *schemaPart(const object &schema, std::string_view name) {
    const auto *part = schema.if_contains(name);
    return part && part->is_object() ? &part->get_object() : nullptr;
}

std::string_view schemaText(const object &schema, std::string_view name) {
    const auto *text = schema.if_contains(name);
    if (!text || !text->is_string())
        return {};
    return {text->get_string().data(), text->get_string().size()};
}

bool schemaFlag(const object &schema, std::string_view name) {
    const auto *flag = schema.if_contains(name);
    return flag && flag->is_bool() && flag->get_bool();
}

std::optional<uint64_t> schemaNumber(const object &schema, std::string_view name) {
    const auto *number = schema.if_contains(name);
    if (!number || !number->is_number())
        return std::nullopt;
    const double value = number->is_double() ? number->get_double() : number->to_number<double>();
    // Beyond any request a limit is none, and sizes stay far from overflows.
    constexpr double kLimitMax = 1e15;
    return value <= 0 ? 0 : uint64_t(std::min(value, kLimitMax));
}

bool isResourceField(std::string_view name) {
    return name == "apiVersion" || name == "kind" || name == "metadata";
}

object resourceProperties(const object *properties) {
    const boost::json::value text{{"type", "string"}};
    const object *metadata = properties ? schemaPart(*properties, "metadata") : nullptr;
    const object *own = metadata ? schemaPart(*metadata, "properties") : nullptr;
    // As the API server does, name and generateName are all that is seen unless the schema has both.
    const bool complete = own && own->contains("name") && own->contains("generateName");
    object result;
    result["apiVersion"] = text;
    result["kind"] = text;
    if (complete)
        result["metadata"] = *metadata;
    else
        result["metadata"] = {{"type", "object"}, {"properties", {{"name", text}, {"generateName", text}}}};
    return result;
}

std::optional<Type> schemaType(const object &schema, bool resource) {
    if (schemaFlag(schema, "x-kubernetes-int-or-string"))
        return make(schema, Kind::Dyn, kNumberSizeMin,
                    limitOr(schema, "maxLength", kRequestBytesMax - 2, kCharacterBytesMax));
    const std::string_view type = schemaText(schema, "type");
    if (type == "array")
        return arrayType(schema);
    if (type == "object") {
        const object *values = resource ? nullptr : schemaPart(schema, "additionalProperties");
        return values ? mapTypeOf(schema, *values) : std::optional(objectTypeOf(schema, resource));
    }
    if (type == "string")
        return textType(schema);
    if (type == "boolean")
        return make(schema, Kind::Bool, kBoolSizeMin, 0);
    if (type == "number")
        return make(schema, Kind::Double, kNumberSizeMin, 0);
    if (type == "integer")
        return make(schema, Kind::Int, kNumberSizeMin, 0);
    return std::nullopt;
}

std::optional<std::string> escapeProperty(std::string_view name) {
    static constexpr std::array<std::string_view, 21> kKeywords{
        "true", "false",  "null", "in",   "as",      "break",     "const",  "continue", "else", "for",  "function",
        "if",   "import", "let",  "loop", "package", "namespace", "return", "var",      "void", "while"};
    if (std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end())
        return "__" + std::string(name) + "__";
    if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
        return std::nullopt;
    std::string out;
    for (size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '_' && name.substr(i, 2) == "__") {
            out += "__underscores__";
            ++i;
        } else if (c == '.') {
            out += "__dot__";
        } else if (c == '-') {
            out += "__dash__";
        } else if (c == '/') {
            out += "__slash__";
        } else if (c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            out += c;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

} // namespace coracle::cel
