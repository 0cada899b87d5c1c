#include "clusterd/apiserver/strategy/field_errors.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

FieldPath FieldPath::operator/(std::string_view name) const {
    std::string text;
    text.reserve(m_text.size() + 1 + name.size());
    text += m_text;
    if (!text.empty())
        text += '.';
    text += name;
    return FieldPath(std::move(text));
}

FieldPath FieldPath::operator[](size_t index) const {
    return FieldPath(fmt::format("{}[{}]", m_text, index));
}

FieldPath FieldPath::key(std::string_view name) const {
    return FieldPath(fmt::format("{}[{}]", m_text, name));
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\')
            (result += '\\') += letter;
        else if (letter == '\n')
            result += "\\n";
        else if (letter == '\t')
            result += "\\t";
        else if (letter == '\r')
            result += "\\r";
        else if (code < 0x20 || code == 0x7f)
            result += fmt::format("\\x{:02x}", code);
        else
            result += letter;
    }
    return result += '"';
}

Shown::Shown(std::string_view value) : text(quoted(value)) {}

Shown::Shown(const JsonValue &value)
    : text(value.is_string() ? quoted(std::string_view(value.get_string())) : boost::json::serialize(value)) {}

Shown::Shown(const JsonObject &value) : text(boost::json::serialize(value)) {}

Shown::Shown(const JsonArray &value) : text(boost::json::serialize(value)) {}

Shown Shown::member(const JsonObject &object, std::string_view name) {
    const JsonValue *value = object.if_contains(name);
    return value ? Shown(*value) : Shown(JsonValue());
}

void FieldErrors::add(std::string_view reason, const FieldPath &path, std::string message) {
    std::string field = path.text().empty() ? "<nil>" : path.text();
    for (const StatusCause &cause : m_causes)
        if (cause.field == field && cause.message == message && cause.reason == reason)
            return;
    m_causes.push_back({std::string(reason), std::move(message), std::move(field)});
}

void FieldErrors::required(const FieldPath &path, std::string_view detail) {
    add("FieldValueRequired", path, detail.empty() ? "Required value" : fmt::format("Required value: {}", detail));
}

void FieldErrors::invalid(const FieldPath &path, const Shown &value, std::string_view detail) {
    add("FieldValueInvalid", path,
        detail.empty() ? fmt::format("Invalid value: {}", value.text)
                       : fmt::format("Invalid value: {}: {}", value.text, detail));
}

void FieldErrors::invalidWithoutValue(const FieldPath &path, std::string_view detail) {
    add("FieldValueInvalid", path, fmt::format("Invalid value: {}", detail));
}

void FieldErrors::invalidEach(const FieldPath &path, const Shown &value, const std::vector<std::string> &details) {
    for (const std::string &detail : details)
        invalid(path, value, detail);
}

void FieldErrors::forbidden(const FieldPath &path, std::string_view detail) {
    add("FieldValueForbidden", path, fmt::format("Forbidden: {}", detail));
}

void FieldErrors::duplicate(const FieldPath &path, const Shown &value) {
    add("FieldValueDuplicate", path, fmt::format("Duplicate value: {}", value.text));
}

void FieldErrors::notSupported(const FieldPath &path, const Shown &value, Words supported) {
    std::string list;
    for (const std::string_view word : supported)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
    add("FieldValueNotSupported", path, fmt::format("Unsupported value: {}: supported values: {}", value.text, list));
}

void FieldErrors::tooLong(const FieldPath &path, size_t bytesMax) {
    add("FieldValueTooLong", path, fmt::format("Too long: may not be more than {} bytes", bytesMax));
}

void FieldErrors::tooMany(const FieldPath &path, size_t count, size_t countMax) {
    add("FieldValueTooMany", path, fmt::format("Too many: {}: must have at most {} items", count, countMax));
}

void FieldErrors::tooFew(const FieldPath &path, size_t count, size_t countMin) {
    add("FieldValueTooFew", path, fmt::format("Too few: {}: must have at least {} items", count, countMin));
}

void FieldErrors::notFound(const FieldPath &path, const Shown &value) {
    add("FieldValueNotFound", path, fmt::format("Not found: {}", value.text));
}

} // namespace coracle::apiserver
