#include "clusterd/apiserver/strategy/validators.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

bool isLower(char letter) {
    return letter >= 'a' && letter <= 'z';
}
bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}
bool isLowerOrDigit(char letter) {
    return isLower(letter) || isDigit(letter);
}
bool isAlphanumeric(char letter) {
    return isLowerOrDigit(letter) || (letter >= 'A' && letter <= 'Z');
}

std::string tooLong(size_t bytesMax) {
    return fmt::format("must be no more than {} bytes", bytesMax);
}

} // namespace

Problems configKeyErrors(std::string_view text) {
    const bool good = !text.empty() && std::ranges::all_of(text, [](char letter) {
        return isAlphanumeric(letter) || letter == '-' || letter == '_' || letter == '.';
    });
    Problems problems;
    if (text.size() > 253)
        problems.push_back(tooLong(253));
    if (!good)
        problems.emplace_back("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
                              "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
                              "'[-._a-zA-Z0-9]+')");
    if (text == "." || text == "..")
        problems.push_back(fmt::format("must not be '{}'", text));
    else if (text.starts_with(".."))
        problems.emplace_back("must not start with '..'");
    return problems;
}

Problems envNameErrors(std::string_view text) {
    const bool good = !text.empty() && std::ranges::all_of(text, [](char letter) {
        return letter >= ' ' && letter <= '~' && letter != '=';
    });
    if (good)
        return {};
    return {"a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

Problems portNameErrors(std::string_view text) {
    Problems problems;
    if (text.size() > 15)
        problems.push_back(tooLong(15));
    if (!std::ranges::all_of(text, [](char letter) { return isLowerOrDigit(letter) || letter == '-'; }))
        problems.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    if (!std::ranges::any_of(text, isLower))
        problems.emplace_back("must contain at least one letter (a-z)");
    if (text.find("--") != text.npos)
        problems.emplace_back("must not contain consecutive hyphens");
    if (!text.empty() && (text.front() == '-' || text.back() == '-'))
        problems.emplace_back("must not begin or end with a hyphen");
    return problems;
}

Problems domainPrefixedPathErrors(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == text.npos || slash == 0 || slash + 1 == text.size())
        return {"must be a domain-prefixed path (such as \"acme.io/foo\")"};
    Problems problems;
    for (const std::string &problem : dns1123SubdomainErrors(text.substr(0, slash)))
        problems.push_back("prefix part " + problem);
    const std::string_view path = text.substr(slash + 1);
    if (!std::ranges::all_of(path, [](char letter) {
            return isAlphanumeric(letter) ||
                   std::string_view("-._~!$&'()*+,;=:@/%").find(letter) != std::string_view::npos;
        }))
        problems.emplace_back("path part must consist of the characters that RFC 3986 allows in a path");
    return problems;
}

Problems httpHeaderNameErrors(std::string_view text) {
    const auto good = [](char letter) { return isAlphanumeric(letter) || letter == '-'; };
    if (!text.empty() && std::ranges::all_of(text, good))
        return {};
    return {"a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for "
            "validation is '[-A-Za-z0-9]+')"};
}

Problems cIdentifierErrors(std::string_view text) {
    const auto good = [](char letter) { return isAlphanumeric(letter) || letter == '_'; };
    if (!text.empty() && !isDigit(text.front()) && std::ranges::all_of(text, good))
        return {};
    return {"a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric "
            "characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is "
            "'[A-Za-z_][A-Za-z0-9_]*')"};
}

Problems csiDriverNameErrors(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return dns1123SubdomainErrors(lower);
}

Problems fullyQualifiedNameErrors(std::string_view text) {
    if (Problems problems = dns1123SubdomainErrors(text); !problems.empty())
        return problems;
    if (std::ranges::count(text, '.') < 2)
        return {"should be a domain with at least three segments separated by dots"};
    return {};
}

} // namespace coracle::apiserver
