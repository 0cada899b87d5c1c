#include "core/cel/literals.h"

#include <charconv>
#include <cmath>
#include <string>

namespace coracle::cel {

namespace {

/// The whole text as a number; false when it is none or too large.
bool parseUnsigned(std::string_view text, uint64_t &value) {
    const bool hex = text.starts_with("0x");
    if (hex)
        text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    return error == std::errc() && end == text.data() + text.size();
}

/// Reads the digits of an escape.
uint32_t digits(std::string_view text, size_t count, int base) {
    uint32_t value = 0;
    std::from_chars(text.data(), text.data() + std::min(count, text.size()), value, base);
    return value;
}

/// Appends what the escape at the beginning of `rest` means and takes it away; false when it is no character.
bool unescape(std::string_view &rest, bool bytes, std::string &out) {
    static constexpr std::string_view kFrom = "abfnrtv", kTo = "\a\b\f\n\r\t\v";
    const char c = rest[1];
    if (const size_t at = kFrom.find(c); at != kFrom.npos) {
        out += kTo[at];
        rest.remove_prefix(2);
        return true;
    }
    const bool octal = c >= '0' && c <= '3';
    const size_t count = octal ? 3 : c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (count == 0) {
        out += c;
        rest.remove_prefix(2);
        return true;
    }
    const size_t skip = octal ? 1 : 2;
    const uint32_t value = digits(rest.substr(skip), count, octal ? 8 : 16);
    rest.remove_prefix(skip + count);
    const bool unicode = c == 'u' || c == 'U';
    if (bytes && !unicode) {
        out += char(value);
        return true;
    }
    if (bytes || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return false;
    appendUtf8(out, value);
    return true;
}

} // namespace

void appendUtf8(std::string &out, uint32_t codePoint) {
    if (codePoint < 0x80) {
        out += char(codePoint);
    } else if (codePoint < 0x800) {
        out += char(0xC0 | (codePoint >> 6));
        out += char(0x80 | (codePoint & 0x3F));
    } else if (codePoint < 0x10000) {
        out += char(0xE0 | (codePoint >> 12));
        out += char(0x80 | ((codePoint >> 6) & 0x3F));
        out += char(0x80 | (codePoint & 0x3F));
    } else {
        out += char(0xF0 | (codePoint >> 18));
        out += char(0x80 | ((codePoint >> 12) & 0x3F));
        out += char(0x80 | ((codePoint >> 6) & 0x3F));
        out += char(0x80 | (codePoint & 0x3F));
    }
}

Value intLiteral(std::string_view text, bool negative) {
    uint64_t value = 0;
    if (!parseUnsigned(text, value) || value > uint64_t(INT64_MAX) + (negative ? 1 : 0))
        return Value::error("invalid int literal");
    return Value::integer(int64_t(negative ? 0 - value : value));
}

Value uintLiteral(std::string_view text) {
    text.remove_suffix(1);
    uint64_t value = 0;
    return parseUnsigned(text, value) ? Value::uinteger(value) : Value::error("invalid uint literal");
}

Value realLiteral(std::string_view text, bool negative) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // A number too small for a double is zero, one too large is no number.
    if (error == std::errc::result_out_of_range && std::abs(value) > 1)
        return Value::error("invalid double literal");
    if (error == std::errc::result_out_of_range) {
        const size_t exponent = text.find_first_of("eE");
        if (exponent == text.npos || text.find('-', exponent) == text.npos)
            return Value::error("invalid double literal");
        value = 0;
    } else if (error != std::errc() || end != text.data() + text.size()) {
        return Value::error("invalid double literal");
    }
    return Value::real(negative ? -value : value);
}

Value textLiteral(std::string_view text) {
    bool bytes = false, raw = false;
    for (; text[0] != '"' && text[0] != '\''; text.remove_prefix(1)) {
        bytes = bytes || text[0] == 'b' || text[0] == 'B';
        raw = raw || text[0] == 'r' || text[0] == 'R';
    }
    const size_t marks = text.size() >= 6 && text[1] == text[0] && text[2] == text[0] ? 3 : 1;
    std::string_view rest = text.substr(marks, text.size() - 2 * marks);
    std::string out;
    while (!rest.empty()) {
        if (rest[0] == '\\' && !raw) {
            if (!unescape(rest, bytes, out))
                return Value::error(bytes ? "unable to unescape string" : "invalid unicode code point");
        } else if (rest.starts_with("\r\n")) {
            out += '\n';
            rest.remove_prefix(2);
        } else {
            out += rest[0] == '\r' ? '\n' : rest[0];
            rest.remove_prefix(1);
        }
    }
    return bytes ? Value::bytes(std::move(out)) : Value::string(std::move(out));
}

} // namespace coracle::cel
