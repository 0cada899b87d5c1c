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

bool isLabelText(std::string_view text) {
    return !text.empty() && isLowerOrDigit(text.front()) && isLowerOrDigit(text.back()) &&
           std::ranges::all_of(text, [](char letter) { return isLowerOrDigit(letter) || letter == '-'; });
}

bool isSubdomainText(std::string_view text) {
    for (;;) {
        const size_t dot = text.find('.');
        if (!isLabelText(text.substr(0, dot)))
            return false;
        if (dot == text.npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

/// The two causes that most rules have: too long, and not of the form.
Problems form(std::string_view text, size_t bytesMax, bool good, std::string_view words) {
    Problems problems;
    if (text.size() > bytesMax)
        problems.push_back(tooLong(bytesMax));
    if (!good)
        problems.emplace_back(words);
    return problems;
}

} // namespace

Problems dns1035LabelErrors(std::string_view text) {
    return form(text, 63, isLabelText(text) && isLower(text.front()),
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
                "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
}

Problems wildcardSubdomainErrors(std::string_view text) {
    return form(text, 253, text.starts_with("*.") && isSubdomainText(text.substr(2)),
                "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
                "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
                "(e.g. '*.example.com', regex used for validation is "
                "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
}

Problems pathSegmentErrors(std::string_view text) {
    Problems problems;
    if (text == "." || text == "..")
        return {fmt::format("may not be '{}'", text)};
    for (const char letter : {'/', '%'})
        if (text.find(letter) != text.npos)
            problems.push_back(fmt::format("may not contain '{}'", letter));
    return problems;
}

Problems configKeyErrors(std::string_view text) {
    const bool good = !text.empty() && std::ranges::all_of(text, [](char letter) {
        return isAlphanumeric(letter) || letter == '-' || letter == '_' || letter == '.';
    });
    Problems problems = form(text, 253, good,
                             "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
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

} // namespace coracle::apiserver
