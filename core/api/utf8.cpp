#include "core/api/utf8.h"

#include <cstdint>
#include <cstring>

namespace coracle::api {
namespace {

/// The length of the character at the beginning, or 0 when it is not valid UTF-8.
size_t characterLength(std::string_view text) {
    auto byte = [text](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto continues = [&byte](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0, surrogate = first == 0xED && byte(1) >= 0xA0;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first < 0xF5) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90, tooLarge = first == 0xF4 && byte(1) >= 0x90;
        return continues(1) && continues(2) && continues(3) && !overlong && !tooLarge ? 4 : 0;
    }
    return 0;
}

/// How many bytes from the beginning are ASCII, counted in steps of eight.
size_t asciiRun(std::string_view text) {
    size_t length = 0;
    for (uint64_t word = 0; length + sizeof(word) <= text.size(); length += sizeof(word)) {
        std::memcpy(&word, text.data() + length, sizeof(word));
        if (word & 0x8080808080808080)
            break;
    }
    return length;
}

} // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        text.remove_prefix(asciiRun(text));
        if (text.empty())
            break;
        const size_t length = characterLength(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string replaceInvalidUtf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const size_t length = characterLength(text);
        result += length > 0 ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD");
        text.remove_prefix(length > 0 ? length : 1);
    }
    return result;
}

} // namespace coracle::api
