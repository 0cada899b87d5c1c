#include "tests/clusterd/appliance/schema_check.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace coracle::test {

namespace json = boost::json;

namespace {

using Problems = std::vector<std::string>;

bool hasType(std::string_view type, const json::value &value) {
    return type == "object"    ? value.is_object()
           : type == "array"   ? value.is_array()
           : type == "string"  ? value.is_string()
           : type == "boolean" ? value.is_bool()
           : type == "integer" ? value.is_int64() || value.is_uint64()
           : type == "number"  ? value.is_number()
                               : false;
}

void checkObject(const json::object &document, const json::object &schema, const json::object &value,
                 const std::string &place, Problems &problems) {
    static const json::object kNone;
    const auto *required = schema.if_contains("required");
    if (required)
        for (const json::value &name : required->as_array())
            if (!value.contains(name.as_string()))
                problems.push_back(place + ": " + std::string(name.as_string()) + " is missing");
    const auto *properties = schema.if_contains("properties");
    const auto *others = schema.if_contains("additionalProperties");
    for (const auto &[name, member] : value) {
        const auto *known = properties ? properties->as_object().if_contains(name) : nullptr;
        const std::string inner = place + "." + std::string(name);
        if (known || (others && others->is_object())) {
            auto found = checkSchema(document, known ? *known : *others, member, inner);
            problems.insert(problems.end(), found.begin(), found.end());
        } else if (!others) {
            problems.push_back(inner + " is not in the contract");
        }
    }
}

} // namespace

std::vector<std::string> checkSchema(const json::object &document, const json::value &given, const json::value &value,
                                     const std::string &place) {
    const json::object &schema = given.as_object();
    if (const auto *reference = schema.if_contains("$ref")) {
        const std::string_view name = reference->as_string();
        return checkSchema(document, document.at("components").at("schemas").at(name.substr(name.rfind('/') + 1)),
                           value, place);
    }
    if (const auto *nullable = schema.if_contains("nullable"); nullable && nullable->as_bool() && value.is_null())
        return {};
    Problems problems;
    if (const auto *all = schema.if_contains("allOf"))
        for (const json::value &part : all->as_array()) {
            auto found = checkSchema(document, part, value, place);
            problems.insert(problems.end(), found.begin(), found.end());
        }
    const auto *type = schema.if_contains("type");
    if (!type)
        return problems;
    if (!hasType(type->as_string(), value)) {
        problems.push_back(place + ": " + json::serialize(value) + " is no " + std::string(type->as_string()));
        return problems;
    }
    if (const auto *words = schema.if_contains("enum"))
        if (std::ranges::find(words->as_array(), value) == words->as_array().end())
            problems.push_back(place + ": " + json::serialize(value) + " is not one of " + json::serialize(*words));
    if (value.is_object())
        checkObject(document, schema, value.as_object(), place, problems);
    if (value.is_array())
        for (size_t i = 0; i < value.as_array().size(); ++i) {
            auto found =
                checkSchema(document, schema.at("items"), value.as_array()[i], place + "[" + std::to_string(i) + "]");
            problems.insert(problems.end(), found.begin(), found.end());
        }
    return problems;
}

const json::value *answerSchema(const json::object &document, std::string_view path, std::string_view method,
                                std::string_view code) {
    const json::value &answer = document.at("paths").at(path).at(method).at("responses").at(code);
    const auto *content = answer.as_object().if_contains("content");
    const auto *type = content ? content->as_object().if_contains("application/json") : nullptr;
    return type ? &type->at("schema") : nullptr;
}

} // namespace coracle::test
