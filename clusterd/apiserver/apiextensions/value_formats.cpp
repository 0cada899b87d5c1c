#include "clusterd/apiserver/apiextensions/value_formats.h"

#include "core/api/json_writer.h"
#include "core/api/label_syntax.h"
#include "core/api/time.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <re2/re2.h>
#include <string>

namespace coracle::apiserver {

namespace {

/// Formats that a regular expression describes (go-openapi strfmt).
bool matches(std::string_view text, const re2::RE2 &regex) {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), regex);
}

bool isAddress(int family, std::string_view text) {
    std::array<unsigned char, 16> bytes;
    return inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool isCidr(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return false;
    const std::string_view address = text.substr(0, slash), length = text.substr(slash + 1);
    const bool v4 = isAddress(AF_INET, address);
    int bits = -1;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    return (v4 || isAddress(AF_INET6, address)) && error == std::errc() && end == length.data() + length.size() &&
           bits >= 0 && bits <= (v4 ? 32 : 128);
}

bool isMac(std::string_view text) {
    static const re2::RE2 kMac("(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}|"
                               "(?:[0-9A-Fa-f]{2}[:-]){7}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}|"
                               "(?:[0-9A-Fa-f]{4}\\.){3}[0-9A-Fa-f]{4}");
    return matches(text, kMac);
}

bool isUuid(std::string_view text, char version) {
    static const re2::RE2 kUuid("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
    if (!matches(text, kUuid))
        return false;
    std::string digits(text);
    std::erase(digits, '-');
    const bool variant = version < '4' || std::string_view("89abAB").find(digits[16]) != std::string_view::npos;
    return version == 0 || (digits[12] == version && variant);
}

bool isIsbn(std::string_view text, size_t length) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '-' && c != ' '; });
    if (length == 0)
        return isIsbn(text, 10) || isIsbn(text, 13);
    if (digits.size() != length)
        return false;
    int sum = 0;
    for (size_t i = 0; i < length; ++i) {
        const bool last = length == 10 && i == 9 && (digits[i] == 'X' || digits[i] == 'x');
        if (!last && (digits[i] < '0' || digits[i] > '9'))
            return false;
        const int digit = last ? 10 : digits[i] - '0';
        sum += length == 10 ? digit * int(10 - i) : digit * (i % 2 == 0 ? 1 : 3);
    }
    return sum % (length == 10 ? 11 : 10) == 0;
}

bool isCreditCard(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '-' && c != ' '; });
    if (digits.size() < 12 || digits.size() > 19)
        return false;
    int sum = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
        const char c = digits[digits.size() - 1 - i];
        if (c < '0' || c > '9')
            return false;
        const int digit = (c - '0') * (i % 2 == 0 ? 1 : 2);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

bool isByte(std::string_view text) {
    std::string bytes;
    return api::json::decodeBase64(text, bytes);
}

bool isDate(std::string_view text) {
    return text.size() == 10 && api::Time::parse(std::string(text) + "T00:00:00Z").has_value();
}

bool isDateTime(std::string_view text) {
    static const re2::RE2 kTime(
        "\\d{4}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:[Zz]|[+-]\\d\\d:?\\d\\d)?");
    return matches(text, kTime) && isDate(text.substr(0, 10));
}

bool isDuration(std::string_view text) {
    static const re2::RE2 kGo("[+-]?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)");
    static const re2::RE2 kWords("(?:\\d+\\s*(?:ns|us|ms|s|m|h|d|w|nano(?:second)?s?|micro(?:second)?s?|"
                                 "milli(?:second)?s?|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)\\s*)+");
    return matches(text, kGo) || matches(text, kWords);
}

bool isEmail(std::string_view text) {
    static const re2::RE2 kEmail(
        "(?:[^<>]*<)?[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?>?");
    return matches(text, kEmail);
}

bool isUri(std::string_view text) {
    // Go's url.ParseRequestURI: an absolute path, or a scheme and something.
    static const re2::RE2 kUri("(?:[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+|/[^\\s]*)");
    return matches(text, kUri) && text.find_first_of("\x7f<>\"{}|\\^`") == std::string_view::npos;
}

bool isHostname(std::string_view text) {
    static const re2::RE2 kHost(
        "(?i)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\\.?");
    return text.size() <= 255 && matches(text, kHost);
}

template<const char *kPattern>
bool isPattern(std::string_view text) {
    static const re2::RE2 kRegex(kPattern);
    return matches(text, kRegex);
}

constexpr char kObjectId[] = "[0-9a-fA-F]{24}";
constexpr char kSsn[] = "\\d{3}[- ]?\\d{2}[- ]?\\d{4}";
constexpr char kHexColor[] = "#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})";
constexpr char kRgbColor[] =
    "rgb\\(\\s*(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])\\s*,\\s*(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]"
    "\\d|25[0-5])\\s*,\\s*(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])\\s*\\)";

struct Format {
    std::string_view name;
    bool (*check)(std::string_view text);
};

constexpr std::array kFormats{
    Format{"bsonobjectid", isPattern<kObjectId>},
    Format{"byte", isByte},
    Format{"cidr", isCidr},
    Format{"creditcard", isCreditCard},
    Format{"date", isDate},
    Format{"date-time", isDateTime},
    Format{"datetime", isDateTime},
    Format{"duration", isDuration},
    Format{"email", isEmail},
    Format{"hexcolor", isPattern<kHexColor>},
    Format{"hostname", isHostname},
    Format{"ipv4", [](std::string_view text) { return isAddress(AF_INET, text); }},
    Format{"ipv6", [](std::string_view text) { return isAddress(AF_INET6, text); }},
    Format{"isbn", [](std::string_view text) { return isIsbn(text, 0); }},
    Format{"isbn10", [](std::string_view text) { return isIsbn(text, 10); }},
    Format{"isbn13", [](std::string_view text) { return isIsbn(text, 13); }},
    Format{"k8s-long-name", [](std::string_view text) { return api::dns1123SubdomainErrors(text).empty(); }},
    Format{"k8s-short-name", [](std::string_view text) { return api::dns1123LabelErrors(text).empty(); }},
    Format{"mac", isMac},
    Format{"rgbcolor", isPattern<kRgbColor>},
    Format{"ssn", isPattern<kSsn>},
    Format{"uri", isUri},
    Format{"uuid", [](std::string_view text) { return isUuid(text, 0); }},
    Format{"uuid3", [](std::string_view text) { return isUuid(text, '3'); }},
    Format{"uuid4", [](std::string_view text) { return isUuid(text, '4'); }},
    Format{"uuid5", [](std::string_view text) { return isUuid(text, '5'); }},
};

} // namespace

bool hasFormat(std::string_view format, std::string_view text) {
    const auto found = std::ranges::find(kFormats, format, &Format::name);
    return found == kFormats.end() || found->check(text);
}

} // namespace coracle::apiserver
