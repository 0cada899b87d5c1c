#include "core/http/message.h"

#include <algorithm>

namespace coracle::http {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hexValue(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum class Plus { Literal, Space };

/// Nothing for a broken escape or an encoded NUL, which no Kubernetes name or value holds.
std::optional<std::string> percentDecode(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus == Plus::Space)
            c = ' ';
        if (text[i] == '%') {
            if (i + 2 >= text.size())
                return std::nullopt;
            const int high = hexValue(text[i + 1]);
            const int low = hexValue(text[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        decoded += c;
    }
    return decoded;
}

bool validTargetText(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f || c == '#';
    });
}

bool parsePath(std::string_view text, Target &target) {
    auto path = percentDecode(text, Plus::Literal);
    if (!path)
        return false;
    target.path = std::move(*path);
    while (text.starts_with('/'))
        text.remove_prefix(1);
    while (text.ends_with('/'))
        text.remove_suffix(1);
    while (!text.empty()) {
        const size_t slash = std::min(text.find('/'), text.size());
        auto segment = percentDecode(text.substr(0, slash), Plus::Literal);
        if (!segment)
            return false;
        target.segments.push_back(std::move(*segment));
        text.remove_prefix(std::min(slash + 1, text.size()));
    }
    return true;
}

bool parseQuery(std::string_view text, Target &target) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty())
            continue;
        const size_t equals = std::min(pair.find('='), pair.size());
        auto name = percentDecode(pair.substr(0, equals), Plus::Space);
        auto value = percentDecode(pair.substr(std::min(equals + 1, pair.size())), Plus::Space);
        if (!name || !value)
            return false;
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

} // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::add(std::string name, std::string value) {
    m_fields.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    remove(name);
    add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(m_fields, [name](const auto &field) { return equalsIgnoringCase(field.first, name); });
}

std::string_view Headers::get(std::string_view name) const {
    for (const auto &[own, value] : m_fields)
        if (equalsIgnoringCase(own, name))
            return value;
    return {};
}

bool Headers::has(std::string_view name) const {
    return std::any_of(m_fields.begin(), m_fields.end(),
                       [name](const auto &field) { return equalsIgnoringCase(field.first, name); });
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto &[own, value] : m_fields)
        if (equalsIgnoringCase(own, name))
            values.emplace_back(value);
    return values;
}

bool Headers::hasToken(std::string_view name, std::string_view token) const {
    for (std::string_view value : all(name)) {
        while (!value.empty()) {
            const size_t comma = std::min(value.find(','), value.size());
            std::string_view part = value.substr(0, comma);
            value.remove_prefix(std::min(comma + 1, value.size()));
            while (part.starts_with(' ') || part.starts_with('\t'))
                part.remove_prefix(1);
            while (part.ends_with(' ') || part.ends_with('\t'))
                part.remove_suffix(1);
            if (equalsIgnoringCase(part, token))
                return true;
        }
    }
    return false;
}

Chunk Chunk::own(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    const std::string_view bytes = *owner;
    return {std::move(owner), bytes};
}

std::optional<Target> Target::parse(std::string_view text) {
    if (!text.starts_with('/') || !validTargetText(text))
        return std::nullopt;
    const size_t question = std::min(text.find('?'), text.size());
    Target target;
    if (!parsePath(text.substr(0, question), target) ||
        !parseQuery(text.substr(std::min(question + 1, text.size())), target))
        return std::nullopt;
    return target;
}

std::string_view Target::param(std::string_view name) const {
    for (const auto &[own, value] : query)
        if (own == name)
            return value;
    return {};
}

bool Target::flag(std::string_view name) const {
    const std::string_view value = param(name);
    return hasParam(name) && value != "0" && !std::ranges::equal(value, std::string_view("false"), {}, lower);
}

bool Target::hasParam(std::string_view name) const {
    return std::any_of(query.begin(), query.end(), [name](const auto &pair) { return pair.first == name; });
}

std::vector<std::string_view> Target::params(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto &[own, value] : query)
        if (own == name)
            values.emplace_back(value);
    return values;
}

std::string percentEncode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
        if (letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~')
            encoded += c;
        else
            ((encoded += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
    }
    return encoded;
}

std::string_view reasonPhrase(int statusCode) {
    struct Phrase {
        int code;
        std::string_view text;
    };
    static constexpr Phrase kPhrases[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {203, "Non-Authoritative Information"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Request Entity Too Large"},
        {414, "Request URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Requested Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {418, "I'm a teapot"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Entity"},
        {423, "Locked"},
        {424, "Failed Dependency"},
        {425, "Too Early"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (const Phrase &phrase : kPhrases)
        if (phrase.code == statusCode)
            return phrase.text;
    return "Status";
}

} // namespace coracle::http
