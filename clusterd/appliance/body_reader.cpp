#include "clusterd/appliance/body_reader.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr size_t kDepthMax = 32;
constexpr size_t kTextsMax = 1000;

} // namespace

Result<BodyReader> BodyReader::parse(std::string_view body) {
    if (body.find_first_not_of(" \t\r\n") == body.npos)
        return BodyReader(json::object(), "");
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = kDepthMax;
    json::value value = json::parse(body, error, {}, options);
    if (error)
        return errors::badRequest(fmt::format("the body is no valid JSON: {}", error.message()));
    if (!value.is_object())
        return errors::badRequest("the body must be a JSON object");
    return BodyReader(std::move(value.get_object()), "");
}

const json::value *BodyReader::member(std::string_view name) {
    m_asked.emplace(name);
    const json::value *value = m_body.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
}

std::string BodyReader::pathOf(std::string_view name) const {
    return m_path.empty() ? std::string(name) : fmt::format("{}.{}", m_path, name);
}

void BodyReader::fail(std::string_view name, std::string_view reason, std::string message) {
    m_causes.push_back({std::string(reason), std::move(message), pathOf(name)});
}

void BodyReader::add(std::vector<StatusCause> causes) {
    std::ranges::move(causes, std::back_inserter(m_causes));
}

bool BodyReader::has(std::string_view name) {
    return member(name) != nullptr;
}

std::optional<std::string> BodyReader::text(std::string_view name, size_t bytesMax) {
    const json::value *value = member(name);
    if (!value)
        return std::nullopt;
    if (!value->is_string()) {
        fail(name, "FieldValueTypeInvalid", "must be a string");
        return std::nullopt;
    }
    if (value->get_string().size() > bytesMax) {
        fail(name, "FieldValueTooLong", fmt::format("may not be longer than {} bytes", bytesMax));
        return std::nullopt;
    }
    return std::string(value->get_string());
}

std::string BodyReader::oneOf(std::string_view name, const std::vector<std::string_view> &choices) {
    if (!has(name)) {
        fail(name, "FieldValueRequired", fmt::format("one of {} is needed", fmt::join(choices, ", ")));
        return {};
    }
    const auto given = text(name);
    if (!given)
        return {};
    if (std::ranges::find(choices, *given) == choices.end())
        fail(name, "FieldValueNotSupported", fmt::format("supported values: {}", fmt::join(choices, ", ")));
    return *given;
}

bool BodyReader::flag(std::string_view name, bool absent) {
    const json::value *value = member(name);
    if (value && !value->is_bool())
        fail(name, "FieldValueTypeInvalid", "must be true or false");
    return value && value->is_bool() ? value->get_bool() : absent;
}

int64_t BodyReader::integer(std::string_view name, int64_t least, int64_t most, int64_t absent) {
    const json::value *value = member(name);
    if (!value)
        return absent;
    boost::system::error_code error;
    const auto given = value->is_number() ? value->to_number<int64_t>(error) : 0;
    if (!value->is_number() || error) {
        fail(name, "FieldValueTypeInvalid", "must be a whole number");
        return absent;
    }
    if (given < least || given > most)
        fail(name, "FieldValueInvalid", fmt::format("must be between {} and {}", least, most));
    return given;
}

std::vector<std::string> BodyReader::texts(std::string_view name) {
    std::vector<std::string> found;
    const json::array *values = array(name);
    if (!values)
        return found;
    for (const json::value &value : *values)
        if (value.is_string())
            found.emplace_back(value.get_string());
    if (found.size() != values->size())
        fail(name, "FieldValueTypeInvalid", "must be a list of strings");
    return found;
}

const json::object *BodyReader::object(std::string_view name) {
    const json::value *value = member(name);
    if (value && !value->is_object())
        fail(name, "FieldValueTypeInvalid", "must be an object");
    return value ? value->if_object() : nullptr;
}

const json::array *BodyReader::array(std::string_view name) {
    const json::value *value = member(name);
    const json::array *list = value ? value->if_array() : nullptr;
    if (value && (!list || list->size() > kTextsMax))
        fail(name, "FieldValueTypeInvalid", fmt::format("must be a list of at most {} items", kTextsMax));
    return list;
}

std::vector<StatusCause> BodyReader::causes() {
    for (const auto &member : m_body)
        if (!m_asked.contains(std::string_view(member.key())))
            fail(member.key(), "FieldValueForbidden", "there is no such field");
    return std::move(m_causes);
}

Result<> BodyReader::finish(std::string_view kind) {
    auto found = causes();
    if (!found.empty())
        return invalidRequest(kind, std::move(found));
    return {};
}

Failure invalidRequest(std::string_view kind, std::vector<StatusCause> causes) {
    std::string message = fmt::format("{} is invalid", kind);
    for (size_t i = 0; i < causes.size(); ++i)
        message += fmt::format("{}{}: {}", i == 0 ? ": " : "; ", causes[i].field, causes[i].message);
    Failure failure = errors::invalid(kind, "", "", std::move(causes));
    failure.error().message = std::move(message);
    return failure;
}

} // namespace coracle::appliance
