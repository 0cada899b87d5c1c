#include "core/cel/url.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace coracle::cel {

namespace {

bool isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isUnreserved(char c) {
    return isAlpha(c) || isDigit(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

bool isOneOf(char c, std::string_view set) {
    return set.find(c) != set.npos;
}

int hexDigit(char c) {
    if (isDigit(c))
        return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte of an escape at a place; nothing when it is none.
std::optional<char> escapedByte(std::string_view text, size_t at) {
    if (at + 2 >= text.size() || hexDigit(text[at + 1]) < 0 || hexDigit(text[at + 2]) < 0)
        return std::nullopt;
    return char(hexDigit(text[at + 1]) * 16 + hexDigit(text[at + 2]));
}

Result<std::string> unescape(std::string_view text, bool plusIsSpace = false) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto byte = escapedByte(text, i);
        if (!byte)
            return errors::other(fmt::format("invalid URL escape \"{}\"", text.substr(i, 3)));
        out += *byte;
        i += 2;
    }
    return out;
}

std::string escapePath(std::string_view path) {
    // What is right as it is stays as it is.
    if (std::all_of(path.begin(), path.end(),
                    [](char c) { return isUnreserved(c) || isOneOf(c, "!$&'()*+,;=:@[]/%"); }))
        return std::string(path);
    std::string out;
    const std::string plain = unescape(path).value_or(std::string());
    for (const char c : plain)
        out += isUnreserved(c) || isOneOf(c, "$&+,/:;=@") ? std::string(1, c) : fmt::format("%{:02X}", uint8_t(c));
    return out;
}

/// "" or a colon with digits.
bool isPort(std::string_view text) {
    return text.empty() || (text[0] == ':' && std::all_of(text.begin() + 1, text.end(), isDigit));
}

Result<std::string> parseHost(std::string_view host) {
    if (host.starts_with('[')) {
        const size_t end = host.rfind(']');
        if (end == host.npos)
            return errors::other("missing ']' in host");
        if (!isPort(host.substr(end + 1)))
            return errors::other(fmt::format("invalid port \"{}\" after host", host.substr(end + 1)));
    } else if (const size_t colon = host.rfind(':'); colon != host.npos && !isPort(host.substr(colon))) {
        return errors::other(fmt::format("invalid port \"{}\" after host", host.substr(colon)));
    }
    for (size_t i = 0; i < host.size(); ++i) {
        const char c = host[i];
        if (c == '%') {
            const auto byte = escapedByte(host, i);
            // Only bytes that are no ASCII may be escaped in a host, and the mark of an address' zone.
            if (!byte || (uint8_t(*byte) < 0x80 && host.substr(i, 3) != "%25"))
                return errors::other(fmt::format("invalid URL escape \"{}\"", host.substr(i, 3)));
        } else if (uint8_t(c) < 0x80 && !isUnreserved(c) && !isOneOf(c, "!$&'()*+,;=:[]<>\"")) {
            return errors::other(fmt::format("invalid character \"{}\" in host name", c));
        }
    }
    return unescape(host);
}

Result<std::string> parseAuthority(std::string_view authority) {
    const size_t at = authority.rfind('@');
    if (at == authority.npos)
        return parseHost(authority);
    const std::string_view user = authority.substr(0, at);
    if (!std::all_of(user.begin(), user.end(), [](char c) { return isUnreserved(c) || isOneOf(c, ":!$&'()*+,;=%@"); }))
        return errors::other("net/url: invalid userinfo");
    CHECK(unescape(user));
    return parseHost(authority.substr(at + 1));
}

/// Takes "https:" away; empty without a scheme.
Result<std::string> takeScheme(std::string_view &rest) {
    for (size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (isAlpha(c))
            continue;
        if (c == ':') {
            if (i == 0)
                return errors::other("missing protocol scheme");
            std::string scheme(rest.substr(0, i));
            std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                           [](char s) { return s >= 'A' && s <= 'Z' ? char(s + ('a' - 'A')) : s; });
            rest.remove_prefix(i + 1);
            return scheme;
        }
        if (i == 0 || !(isDigit(c) || isOneOf(c, "+-.")))
            break;
    }
    return std::string();
}

Result<Url> parseParts(std::string_view rest) {
    if (rest.empty())
        return errors::other("empty url");
    if (std::any_of(rest.begin(), rest.end(), [](char c) { return uint8_t(c) < 0x20 || c == 0x7F; }))
        return errors::other("net/url: invalid control character in URL");
    Url url;
    rest = rest.substr(0, rest.find('#'));
    TRY(url.scheme, takeScheme(rest));
    if (const size_t question = rest.find('?'); question != rest.npos) {
        url.query = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    if (!rest.starts_with('/')) {
        if (url.scheme.empty())
            return errors::other("invalid URI for request");
        return url;
    }
    if (!url.scheme.empty() && rest.starts_with("//")) {
        const size_t slash = std::min(rest.find('/', 2), rest.size());
        TRY(url.host, parseAuthority(rest.substr(2, slash - 2)));
        rest.remove_prefix(slash);
    }
    CHECK(unescape(rest));
    url.escapedPath = escapePath(rest);
    return url;
}

} // namespace

Result<Url> Url::parse(std::string_view text) {
    auto url = parseParts(text);
    if (!url)
        return errors::other(fmt::format("parse \"{}\": {}", text, url.error().message));
    return url;
}

std::string_view Url::hostname() const {
    std::string_view name(host);
    name.remove_suffix(port().empty() && !name.ends_with(':') ? 0 : port().size() + 1);
    if (name.starts_with('[') && name.ends_with(']'))
        name = name.substr(1, name.size() - 2);
    return name;
}

std::string_view Url::port() const {
    const std::string_view name(host);
    const size_t colon = name.rfind(':');
    return colon == name.npos || name.find(']', colon) != name.npos ? std::string_view() : name.substr(colon + 1);
}

std::vector<std::pair<std::string, std::string>> Url::queryPairs() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    std::string_view rest(query);
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (pair.empty() || pair.find(';') != pair.npos)
            continue;
        const size_t equals = std::min(pair.find('='), pair.size());
        auto key = unescape(pair.substr(0, equals), true);
        auto value = unescape(pair.substr(std::min(equals + 1, pair.size())), true);
        if (key && value)
            pairs.emplace_back(std::move(*key), std::move(*value));
    }
    return pairs;
}

} // namespace coracle::cel
