#include "clusterd/controllers/content_hash.h"

#include <fmt/format.h>

namespace coracle::controllers {

std::string contentHash(std::string_view content, std::optional<int32_t> collisionCount) {
    static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string text(content);
    if (collisionCount)
        text += fmt::format("#{}", *collisionCount);
    uint32_t hash = 2166136261u; // FNV-1a
    for (unsigned char c : text)
        hash = (hash ^ c) * 16777619u;
    std::string encoded = std::to_string(hash);
    for (char &digit : encoded)
        digit = kLetters[static_cast<size_t>(digit) % kLetters.size()];
    return encoded;
}

} // namespace coracle::controllers
