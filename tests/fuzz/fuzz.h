#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

/// The entry point of a fuzz target, as libFuzzer names it. With CORACLE_FUZZ it is linked with libFuzzer; in the
/// ordinary build driver.cpp runs it over the target's corpus and over mutations of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace coracle::fuzz {

inline std::string_view asText(const uint8_t *data, size_t size) {
    return {reinterpret_cast<const char *>(data), size};
}

/// What must be true of every input.
inline void expect(bool holds, const char *property) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", property);
    std::abort();
}

/// Inputs of two documents have a line of three dashes between them; without it the second one is empty.
inline std::pair<std::string_view, std::string_view> twoDocuments(std::string_view text) {
    constexpr std::string_view kBetween = "\n---\n";
    const size_t at = text.find(kBetween);
    return at == text.npos ? std::pair{text, std::string_view()}
                           : std::pair{text.substr(0, at), text.substr(at + kBetween.size())};
}

} // namespace coracle::fuzz
