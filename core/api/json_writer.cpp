#include "core/api/json_writer.h"

#include "core/api/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace coracle::api::json {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto kBase64Value = [] {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    for (size_t i = 0; i < kBase64.size(); ++i)
        values[static_cast<unsigned char>(kBase64[i])] = int8_t(i);
    return values;
}();

void appendEscape(std::string &out, char c) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    static constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
    out += '\\';
    if (const size_t index = kSpecial.find(c); index != std::string_view::npos) {
        out += kLetters[index];
    } else {
        out += "u00";
        out += kHex[static_cast<unsigned char>(c) >> 4];
        out += kHex[static_cast<unsigned char>(c) & 15];
    }
}

} // namespace

void appendString(std::string &out, std::string_view value) {
    out += '"';
    for (;;) {
        const size_t plain = plainLength(value);
        out.append(value, 0, plain);
        if (plain == value.size())
            break;
        appendEscape(out, value[plain]);
        value.remove_prefix(plain + 1);
    }
    out += '"';
}

void appendInt(std::string &out, int64_t value) {
    std::array<char, 24> buffer;
    out.append(buffer.data(), std::to_chars(buffer.begin(), buffer.end(), value).ptr);
}

void appendDouble(std::string &out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    const double size = std::fabs(value);
    const bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.begin(), buffer.end(), value,
                                   scientific ? std::chars_format::scientific : std::chars_format::fixed);
    std::string_view text(buffer.data(), end.ptr);
    out += text;
    // Go writes e-9 where C++ writes e-09.
    if (const size_t length = out.size(); scientific && length > 3 && out[length - 2] == '0')
        out.erase(length - 2, 1);
}

void appendBase64(std::string &out, std::string_view bytes) {
    size_t i = 0;
    auto byte = [&](size_t index) { return uint32_t(static_cast<unsigned char>(bytes[index])); };
    for (; i + 2 < bytes.size(); i += 3) {
        const uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (const int shift : {18, 12, 6, 0})
            out += kBase64[group >> shift & 63];
    }
    if (const size_t rest = bytes.size() - i; rest > 0) {
        const uint32_t group = byte(i) << 16 | (rest == 2 ? byte(i + 1) << 8 : 0);
        out += kBase64[group >> 18 & 63];
        out += kBase64[group >> 12 & 63];
        out += rest == 2 ? kBase64[group >> 6 & 63] : '=';
        out += '=';
    }
}

bool decodeBase64(std::string_view text, std::string &bytes) {
    bytes.clear();
    bytes.reserve(text.size() / 4 * 3);
    uint32_t group = 0;
    int count = 0, padding = 0;
    for (const char c : text) {
        if (c == '\r' || c == '\n')
            continue;
        if (c == '=') {
            if (++padding > 2)
                return false;
            continue;
        }
        const int8_t value = kBase64Value[static_cast<unsigned char>(c)];
        if (value < 0 || padding > 0)
            return false;
        group = group << 6 | uint32_t(value);
        if (++count == 4) {
            bytes += {char(group >> 16), char(group >> 8), char(group)};
            group = 0;
            count = 0;
        }
    }
    if (count == 0)
        return padding == 0;
    if (count == 1 || count + padding != 4)
        return false;
    bytes += char(group >> (count == 2 ? 4 : 10));
    if (count == 3)
        bytes += char(group >> 2);
    return true;
}

} // namespace coracle::api::json
