#include "core/cel/text.h"

#include "core/cel/source.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace coracle::cel {

size_t findText(std::string_view text, std::string_view part, size_t from) {
    if (from > text.size())
        return text.npos;
    if (part.empty())
        return from;
    // glibc's memmem is linear, string_view::find is not.
    const void *found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
    return found ? size_t(static_cast<const char *>(found) - text.data()) : text.npos;
}

std::optional<size_t> offsetOf(std::string_view text, int64_t character) {
    if (character < 0)
        return std::nullopt;
    size_t at = 0;
    for (; character > 0 && at < text.size(); --character)
        at += sequenceLength(text, at);
    return character == 0 ? std::optional(at) : std::nullopt;
}

std::string realText(double value) {
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-Inf" : "+Inf";
    std::array<char, 64> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
    const std::string scientific(buffer.data(), end);
    const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
    // Below 1e-4 and from 1e6 on %g is scientific.
    constexpr int kExponentMin = -4, kExponentMax = 6;
    if (exponent < kExponentMin || exponent >= kExponentMax)
        return scientific;
    const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
    return {buffer.data(), fixed.ptr};
}

bool isUtf8(std::string_view bytes) {
    for (size_t at = 0; at < bytes.size();) {
        const size_t length = sequenceLength(bytes, at);
        const auto first = uint8_t(bytes[at]);
        if (length == 1 && first >= 0x80)
            return false;
        const auto second = length > 1 ? uint8_t(bytes[at + 1]) : 0;
        // Overlong forms, surrogates and code points beyond the last one.
        if ((length == 2 && first < 0xC2) || (length == 3 && first == 0xE0 && second < 0xA0) ||
            (length == 3 && first == 0xED && second > 0x9F) || (length == 4 && first == 0xF0 && second < 0x90) ||
            (length == 4 && (first > 0xF4 || (first == 0xF4 && second > 0x8F))))
            return false;
        at += length;
    }
    return true;
}

} // namespace coracle::cel
