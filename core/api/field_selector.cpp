#include "core/api/json_reader.h"
#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/api/selector.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace coracle::api {

namespace {

constexpr std::string_view kName = "metadata.name";
constexpr std::string_view kNamespace = "metadata.namespace";

/// Splits at commas that no backslash escapes.
std::vector<std::string_view> splitTerms(std::string_view text) {
    std::vector<std::string_view> terms;
    size_t start = 0;
    bool escaped = false;
    for (size_t i = 0; i < text.size(); ++i) {
        if (escaped)
            escaped = false;
        else if (text[i] == '\\')
            escaped = true;
        else if (text[i] == ',') {
            terms.push_back(text.substr(start, i - start));
            start = i + 1;
        }
    }
    terms.push_back(text.substr(start));
    return terms;
}

Result<std::string> unescape(std::string_view value) {
    std::string result;
    for (size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ',' || value[i] == '=')
            return errors::badRequest(
                fmt::format("invalid field selector: unescaped character in value: {}", value[i]));
        if (value[i] != '\\') {
            result += value[i];
            continue;
        }
        const std::string_view next = value.substr(std::min(i + 1, value.size()), 1);
        if (next != "\\" && next != "," && next != "=")
            return errors::badRequest(fmt::format("invalid field selector: invalid escape sequence: \\{}", next));
        result += next;
        ++i;
    }
    return result;
}

std::string escape(std::string_view value) {
    std::string result;
    for (char c : value) {
        if (c == '\\' || c == ',' || c == '=')
            result += '\\';
        result += c;
    }
    return result;
}

std::pair<std::string_view, std::string_view> splitPath(std::string_view path) {
    const size_t dot = path.find('.');
    return {path.substr(0, dot), dot == std::string_view::npos ? "" : path.substr(dot + 1)};
}

/// The scalar at a path of member names, as text; nothing when it is absent, null or no scalar.
std::optional<std::string> scalarAt(JsonReader &reader, std::string_view path) {
    const auto [name, rest] = splitPath(path);
    if (reader.peek() != JsonReader::Token::Object || !reader.beginObject())
        return std::nullopt;
    std::string_view key;
    while (reader.nextMember(key)) {
        if (key != name) {
            if (!reader.skip())
                return std::nullopt;
            continue;
        }
        if (!rest.empty())
            return scalarAt(reader, rest);
        std::string text;
        std::string_view raw;
        switch (reader.peek()) {
        case JsonReader::Token::String:
            return reader.readString(text) ? std::optional(text) : std::nullopt;
        case JsonReader::Token::Number:
        case JsonReader::Token::Bool:
            return reader.readRaw(raw) ? std::optional(std::string(raw)) : std::nullopt;
        default:
            return std::nullopt;
        }
    }
    return std::nullopt;
}

/// How the zero value of the field prints in Go.
std::string_view zeroText(const TypeInfo *type, std::string_view path) {
    while (type) {
        const auto [name, rest] = splitPath(path);
        const FieldInfo *field = type->field(name);
        if (!field || field->container != Container::None)
            return "";
        if (rest.empty())
            return field->kind == ValueKind::Bool                                       ? "false"
                   : field->kind == ValueKind::Int32 || field->kind == ValueKind::Int64 ? "0"
                                                                                        : "";
        type = field->type;
        path = rest;
    }
    return "";
}

std::string fieldText(const ResourceInfo &resource, std::string_view json, std::string_view path) {
    JsonReader reader(json);
    auto value = scalarAt(reader, path);
    return value ? std::move(*value) : std::string(zeroText(resource.type, path));
}

bool isCoreKind(const ResourceInfo &resource, std::string_view name) {
    return resource.group.empty() && resource.resource == name;
}

} // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
    FieldSelector selector;
    for (std::string_view part : splitTerms(text)) {
        if (part.empty())
            continue;
        const size_t position = part.find_first_of("=!");
        size_t at = position;
        while (at != std::string_view::npos && part[at] == '!' && !part.substr(at).starts_with("!="))
            at = part.find_first_of("=!", at + 1);
        if (at == std::string_view::npos)
            return errors::badRequest(fmt::format("invalid selector: '{}'; can't understand '{}'", text, part));
        const std::string_view rest = part.substr(at);
        const size_t length = rest.starts_with("!=") || rest.starts_with("==") ? 2 : 1;
        TRY(std::string value, unescape(rest.substr(length)));
        selector.m_terms.push_back({std::string(part.substr(0, at)), std::move(value), rest[0] != '!'});
    }
    return selector;
}

Result<> FieldSelector::check(const ResourceInfo &resource) const {
    for (const Term &term : m_terms) {
        if (resource.selectableFields.empty() && !resource.runtime) {
            if (term.path != kName && term.path != kNamespace)
                return errors::badRequest(fmt::format(
                    "\"{}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", term.path));
            continue;
        }
        const bool known = term.path == kName || (term.path == kNamespace && resource.namespaced) ||
                           std::ranges::find(resource.selectableFields, term.path) != resource.selectableFields.end() ||
                           (term.path == "spec.host" && isCoreKind(resource, "pods"));
        if (!known)
            return errors::badRequest(fmt::format("field label not supported: {}", term.path));
    }
    return {};
}

bool FieldSelector::matches(const ResourceInfo &resource, const Object &object) const {
    return std::ranges::all_of(m_terms, [&](const Term &term) {
        if (term.path == kName)
            return (object.name() == term.value) == term.equal;
        if (term.path == kNamespace)
            return (object.namespaceName() == term.value) == term.equal;
        return (selectableField(resource, object, term.path) == term.value) == term.equal;
    });
}

const std::string *FieldSelector::required(std::string_view path) const {
    for (const Term &term : m_terms)
        if (term.equal && term.path == path)
            return &term.value;
    return nullptr;
}

std::string FieldSelector::text() const {
    std::string text;
    for (const Term &term : m_terms)
        text +=
            fmt::format("{}{}{}{}", text.empty() ? "" : ",", term.path, term.equal ? "=" : "!=", escape(term.value));
    return text;
}

std::string selectableField(const ResourceInfo &resource, const Object &object, std::string_view path) {
    if (path == kName)
        return std::string(object.name());
    if (path == kNamespace)
        return std::string(object.namespaceName());
    if (path == "spec.host" && isCoreKind(resource, "pods"))
        path = "spec.nodeName"; // an old name that clients may still send
    if (path == "status.successful" && resource.group == "batch" && resource.resource == "jobs")
        path = "status.succeeded"; // selectors have had another name for it since extensions/v1beta1
    if (path == "source" && isCoreKind(resource, "events")) {
        std::string component = fieldText(resource, object.json(), "source.component");
        return component.empty() ? fieldText(resource, object.json(), "reportingComponent") : component;
    }
    return fieldText(resource, object.json(), path);
}

} // namespace coracle::api
