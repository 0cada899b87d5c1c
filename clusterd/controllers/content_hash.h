#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::controllers {

/// A short hash of a text for names and label values, without vowels and digits that make words; a collision count
/// gives another one for the same text.
std::string contentHash(std::string_view text, std::optional<int32_t> collisionCount);

} // namespace coracle::controllers
