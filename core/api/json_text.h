#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coracle::api::json {

/// How many bytes at the text's start stand in a JSON string as they are: up to the first quote, backslash or control
/// character. Eight at a time.
inline size_t plainLength(std::string_view text) {
    constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
    const auto isSpecial = [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; };
    size_t at = 0;
    if constexpr (std::endian::native == std::endian::little) {
        for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
            uint64_t word;
            std::memcpy(&word, text.data() + at, sizeof word);
            // A byte's high bit says that it is special; bits above the lowest one may be wrong, that one is not.
            const uint64_t quote = word ^ (kOnes * '"'), backslash = word ^ (kOnes * '\\');
            const uint64_t special =
                (((word - kOnes * 0x20) & ~word) | ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash)) &
                kHighs;
            if (special != 0)
                return at + static_cast<size_t>(std::countr_zero(special)) / 8;
        }
    }
    while (at < text.size() && !isSpecial(static_cast<unsigned char>(text[at])))
        ++at;
    return at;
}

} // namespace coracle::api::json
