#include "core/cel/text_format.h"

#include "core/base/result.h"

#include "core/cel/from_json.h"
#include "core/cel/functions.h"
#include "core/cel/text.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Value::Kind;
using Text = Result<std::string>;

constexpr int kPrecision = 6;
/// A double has no more digits than that; beyond there would be zeros only.
constexpr int kPrecisionMax = 1100;

Failure problem(std::string message) {
    return errors::other(std::move(message));
}

Failure wrongType(std::string_view clause, const Value &value) {
    return problem(fmt::format("error during formatting: {}, was given {}", clause, typeName(value)));
}

/// As Go's %q writes a text.
std::string quoted(std::string_view text) {
    return Value::stringView(text).text();
}

Text stringClause(const Value &value);

/// An element of a list or map, so that the whole reads like CEL.
Text elementText(const Value &value) {
    switch (value.kind()) {
    case Kind::String:
        return quoted(value.asString());
    case Kind::Bytes:
        return "b" + quoted(value.asString());
    case Kind::Timestamp:
    case Kind::Duration:
        return value.text();
    case Kind::Double:
        if (!std::isfinite(value.asDouble()))
            return quoted(realText(value.asDouble()));
        return fmt::format("{:.6f}", value.asDouble());
    case Kind::Opaque:
    case Kind::Optional:
        return problem(fmt::format("error during formatting: no formatting function for {}", typeName(value)));
    default:
        return stringClause(value);
    }
}

Text listText(const Value &list) {
    std::string out = "[";
    for (size_t i = 0; i < list.size(); ++i) {
        TRY(const std::string item, elementText(list.item(i)));
        out += (i > 0 ? ", " : "") + item;
        if (out.size() > kTextBytesMax)
            return problem(std::string(textTooLong().asString()));
    }
    return out + "]";
}

Text mapText(const Value &map) {
    std::vector<std::pair<std::string, std::string>> entries;
    Text failed;
    map.forEachEntry([&](const Value &key, const Value &value) {
        const Kind kind = key.kind();
        if (kind != Kind::String && kind != Kind::Bool && kind != Kind::Int && kind != Kind::Uint) {
            failed = problem(
                fmt::format("error during formatting: no formatting function for map key of type {}", typeName(key)));
            return false;
        }
        Text own = elementText(key), entry = elementText(value);
        if (!own || !entry) {
            failed = own ? entry : own;
            return false;
        }
        entries.emplace_back(std::move(*own), std::move(*entry));
        return true;
    });
    CHECK(failed);
    std::stable_sort(entries.begin(), entries.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    std::string out = "{";
    for (size_t i = 0; i < entries.size(); ++i) {
        out += (i > 0 ? ", " : "") + entries[i].first + ":" + entries[i].second;
        if (out.size() > kTextBytesMax)
            return problem(std::string(textTooLong().asString()));
    }
    return out + "}";
}

Text stringClause(const Value &value) {
    if (!DeepWork::visit())
        return problem("too many values to write");
    switch (value.kind()) {
    case Kind::Error:
        return problem(std::string(value.asString()));
    case Kind::String:
    case Kind::Bytes:
        return std::string(value.asString());
    case Kind::Int:
        return std::to_string(value.asInt());
    case Kind::Uint:
        return std::to_string(value.asUint());
    case Kind::Double:
        return realText(value.asDouble());
    case Kind::Bool:
        return value.asBool() ? "true" : "false";
    case Kind::Null:
        return "null";
    case Kind::Timestamp:
        return timestampText(value.asTimestamp());
    case Kind::Duration:
        return durationText(value.asInt());
    case Kind::TypeValue: {
        const std::string text = typeText(value.asType());
        return text.substr(0, text.find('('));
    }
    case Kind::List:
        return listText(value);
    case Kind::Map:
        return mapText(value);
    default:
        return wrongType("string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
                         "durations, and timestamps",
                         value);
    }
}

Text integerClause(const Value &value, char verb) {
    const bool hex = verb == 'x' || verb == 'X';
    if (hex && (value.kind() == Kind::String || value.kind() == Kind::Bytes)) {
        std::string out;
        for (const char c : value.asString())
            out += verb == 'x' ? fmt::format("{:02x}", uint8_t(c)) : fmt::format("{:02X}", uint8_t(c));
        return out;
    }
    if (verb == 'b' && value.kind() == Kind::Bool)
        return value.asBool() ? "1" : "0";
    if (value.kind() != Kind::Int && value.kind() != Kind::Uint) {
        if (verb == 'd')
            return wrongType("decimal clause can only be used on integers", value);
        if (verb == 'o')
            return wrongType("octal clause can only be used on integers", value);
        return wrongType(hex ? "only integers, byte buffers, and strings can be formatted as hex"
                             : "only integers and bools can be formatted as binary",
                         value);
    }
    const bool negative = value.kind() == Kind::Int && value.asInt() < 0;
    const uint64_t amount = negative ? 0 - uint64_t(value.asInt()) : value.asUint();
    const std::string sign = negative ? "-" : "";
    switch (verb) {
    case 'b':
        return sign + fmt::format("{:b}", amount);
    case 'o':
        return sign + fmt::format("{:o}", amount);
    case 'x':
        return sign + fmt::format("{:x}", amount);
    case 'X':
        return sign + fmt::format("{:X}", amount);
    default:
        return sign + std::to_string(amount);
    }
}

/// The exponent of 1.5e+03 as English texts have it: 1.5 × 10⁰³.
std::string scientificText(double value, int precision) {
    static constexpr std::string_view kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const std::string text = fmt::format("{:.{}e}", value, precision);
    const size_t e = text.find('e');
    std::string out = text.substr(0, e) + "\u202f×\u202f10";
    for (const char c : text.substr(e + 1))
        out += c == '-' ? "⁻" : c == '+' ? "" : kDigits[size_t(c - '0')];
    return out;
}

std::string grouped(const std::string &number) {
    const size_t begin = number.starts_with('-') ? 1 : 0;
    const size_t point = std::min(number.find('.'), number.size());
    std::string out = number.substr(0, begin);
    for (size_t i = begin; i < point; ++i) {
        if (i > begin && (point - i) % 3 == 0)
            out += ',';
        out += number[i];
    }
    return out + number.substr(point);
}

Text realClause(const Value &value, char verb, int precision) {
    const bool text = value.kind() == Kind::String &&
                      (value.asString() == "NaN" || value.asString() == "Infinity" || value.asString() == "-Infinity");
    if (!text && value.kind() != Kind::Double)
        return wrongType(verb == 'f' ? "fixed-point clause can only be used on doubles"
                                     : "scientific clause can only be used on doubles",
                         value);
    if (text || !std::isfinite(value.asDouble())) {
        const bool nan = text ? value.asString() == "NaN" : std::isnan(value.asDouble());
        const bool negative = text ? value.asString().starts_with('-') : value.asDouble() < 0;
        return nan ? "NaN" : negative ? "-∞" : "∞";
    }
    return verb == 'f' ? grouped(fmt::format("{:.{}f}", value.asDouble(), precision))
                       : scientificText(value.asDouble(), precision);
}

/// Reads ".3" in front of a verb.
Result<int> takePrecision(std::string_view &rest) {
    if (!rest.starts_with('.'))
        return kPrecision;
    size_t end = 1;
    while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9')
        ++end;
    constexpr std::string_view kContext = "could not parse formatting clause: error while parsing precision: ";
    if (end == rest.size())
        return problem(fmt::format("{}could not find end of precision specifier", kContext));
    int precision = 0;
    const auto [stop, error] = std::from_chars(rest.data() + 1, rest.data() + end, precision);
    if (error != std::errc() || precision > kPrecisionMax)
        return problem(fmt::format("{}error while converting precision to integer: strconv.Atoi: parsing \"{}\": {}",
                                   kContext, rest.substr(1, end - 1),
                                   end == 1 ? "invalid syntax" : "value out of range"));
    rest.remove_prefix(end);
    return precision;
}

Text clause(std::string_view &rest, const Value &value) {
    TRY(const int precision, takePrecision(rest));
    const char verb = rest[0];
    rest.remove_prefix(1);
    switch (verb) {
    case 's': {
        Text text = stringClause(value);
        return text;
    }
    case 'd':
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        return integerClause(value, verb);
    case 'f':
    case 'e':
        return realClause(value, verb, precision);
    default:
        return problem(fmt::format("could not parse formatting clause: unrecognized formatting clause \"{}\"", verb));
    }
}

Text format(std::string_view rest, const Value &arguments) {
    std::string out;
    size_t next = 0;
    while (!rest.empty()) {
        const char c = rest[0];
        rest.remove_prefix(1);
        if (c != '%') {
            out += c;
            continue;
        }
        if (rest.starts_with('%')) {
            out += '%';
            rest.remove_prefix(1);
            continue;
        }
        if (next >= arguments.size())
            return problem(fmt::format("index {} out of range", next));
        if (rest.empty())
            return problem("unexpected end of string");
        TRY(const std::string part, clause(rest, arguments.item(next++)));
        out += part;
        if (out.size() > kTextBytesMax)
            return problem(std::string(textTooLong().asString()));
    }
    return out;
}

} // namespace

Value formatText(std::string_view text, const Value &arguments) {
    Text formatted = format(text, arguments);
    return formatted ? Value::string(std::move(*formatted)) : Value::error(std::move(formatted.error().message));
}

} // namespace coracle::cel
