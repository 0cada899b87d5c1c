#include "core/api/label_syntax.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::api {

namespace {

constexpr size_t kNameLengthMax = 63;
constexpr size_t kSubdomainLengthMax = 253;

constexpr std::string_view kQualifiedName =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kDnsLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kDns1035Label =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kWildcardSubdomain =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', "
    "regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

bool isLowerAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool isAlphanumeric(char c) {
    return isLowerAlphanumeric(c) || (c >= 'A' && c <= 'Z');
}

std::string tooLong(size_t limit) {
    return fmt::format("must be no more than {} bytes", limit);
}

/// [A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?
bool isName(std::string_view text) {
    return !text.empty() && isAlphanumeric(text.front()) && isAlphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool isDnsLabel(std::string_view text) {
    return !text.empty() && isLowerAlphanumeric(text.front()) && isLowerAlphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return isLowerAlphanumeric(c) || c == '-'; });
}

bool isSubdomain(std::string_view text) {
    while (true) {
        const size_t dot = text.find('.');
        if (!isDnsLabel(text.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

/// The two causes that most forms have: too long, and not of the form.
std::vector<std::string> formErrors(std::string_view text, size_t limit, bool good, std::string_view words) {
    std::vector<std::string> errors;
    if (text.size() > limit)
        errors.push_back(tooLong(limit));
    if (!good)
        errors.emplace_back(words);
    return errors;
}

} // namespace

std::vector<std::string> qualifiedNameErrors(std::string_view text) {
    std::vector<std::string> errors;
    std::string_view name = text;
    if (const size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view prefix = text.substr(0, slash);
        name = text.substr(slash + 1);
        if (name.find('/') != std::string_view::npos)
            return {fmt::format("a qualified name {} with an optional DNS subdomain prefix and '/' (e.g. "
                                "'example.com/MyName')",
                                kQualifiedName)};
        if (prefix.empty())
            errors.push_back("prefix part must be non-empty");
        else
            for (const std::string &error : dns1123SubdomainErrors(prefix))
                errors.push_back("prefix part " + error);
    }
    if (name.empty())
        errors.push_back("name part must be non-empty");
    else if (name.size() > kNameLengthMax)
        errors.push_back("name part " + tooLong(kNameLengthMax));
    if (!isName(name))
        errors.push_back(fmt::format("name part {}", kQualifiedName));
    return errors;
}

std::vector<std::string> labelValueErrors(std::string_view text) {
    return formErrors(text, kNameLengthMax, text.empty() || isName(text), kLabelValue);
}

std::vector<std::string> dns1123SubdomainErrors(std::string_view text) {
    return formErrors(text, kSubdomainLengthMax, isSubdomain(text), kSubdomain);
}

std::vector<std::string> dns1123LabelErrors(std::string_view text) {
    return formErrors(text, kNameLengthMax, isDnsLabel(text), kDnsLabel);
}

std::vector<std::string> dns1035LabelErrors(std::string_view text) {
    const bool good = isDnsLabel(text) && text.front() >= 'a' && text.front() <= 'z';
    return formErrors(text, kNameLengthMax, good, kDns1035Label);
}

std::vector<std::string> wildcardSubdomainErrors(std::string_view text) {
    return formErrors(text, kSubdomainLengthMax, text.starts_with("*.") && isSubdomain(text.substr(2)),
                      kWildcardSubdomain);
}

std::vector<std::string> pathSegmentErrors(std::string_view text) {
    if (text == "." || text == "..")
        return {fmt::format("may not be '{}'", text)};
    std::vector<std::string> errors;
    for (const char c : {'/', '%'})
        if (text.find(c) != std::string_view::npos)
            errors.push_back(fmt::format("may not contain '{}'", c));
    return errors;
}

} // namespace coracle::api
