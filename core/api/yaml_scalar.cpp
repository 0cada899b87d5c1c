#include "core/api/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace coracle::api {
namespace {

constexpr std::string_view kNull[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kTrue[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::string_view kFalse[] = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// With the prefixes 0x, 0o, 0b and 0 (octal).
std::optional<boost::json::value> integer(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char mark = char(text[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text.remove_prefix(isDigit(text[1]) ? 1 : 2);
        if (base == 8 && mark != 'o' && !isDigit(mark))
            return std::nullopt;
    }
    uint64_t size = 0;
    const auto end = std::from_chars(text.begin(), text.end(), size, base);
    if (text.empty() || end.ec != std::errc() || end.ptr != text.end())
        return std::nullopt;
    constexpr uint64_t kSmallest = uint64_t(1) << 63;
    if (negative)
        return size <= kSmallest ? std::optional<boost::json::value>(int64_t(-size)) : std::nullopt;
    return size < kSmallest ? boost::json::value(int64_t(size)) : boost::json::value(size);
}

/// [-+]? ( .digits | digits [ .digits? ] ) [ e [-+]? digits ]
bool looksLikeFloat(std::string_view text) {
    auto digits = [&text] {
        const size_t before = text.size();
        while (!text.empty() && isDigit(text.front()))
            text.remove_prefix(1);
        return before - text.size();
    };
    auto take = [&text](std::string_view any) {
        const bool found = !text.empty() && any.find(text.front()) != std::string_view::npos;
        if (found)
            text.remove_prefix(1);
        return found;
    };
    take("+-");
    const size_t whole = digits();
    const size_t fraction = take(".") ? digits() : 0;
    if (whole + fraction == 0)
        return false;
    if (take("eE")) {
        take("+-");
        if (digits() == 0)
            return false;
    }
    return text.empty();
}

} // namespace

boost::json::value resolveYamlScalar(std::string_view text) {
    if (std::ranges::find(kNull, text) != std::end(kNull))
        return nullptr;
    if (std::ranges::find(kTrue, text) != std::end(kTrue))
        return true;
    if (std::ranges::find(kFalse, text) != std::end(kFalse))
        return false;
    if (isDigit(text.front()) || text.front() == '+' || text.front() == '-' || text.front() == '.') {
        std::string plain(text);
        std::erase(plain, '_');
        if (auto number = integer(plain))
            return *number;
        const std::string_view unsignedPlain = std::string_view(plain).substr(plain.starts_with('+') ? 1 : 0);
        double value = 0;
        if (looksLikeFloat(plain) &&
            std::from_chars(unsignedPlain.data(), unsignedPlain.data() + unsignedPlain.size(), value).ec == std::errc())
            return value;
    }
    return boost::json::value(boost::json::string(text));
}

} // namespace coracle::api
