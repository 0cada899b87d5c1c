#pragma once

#include <span>
#include <string_view>

namespace coracle::config {

/// The candidate that a mistyped word most likely means: the smallest edit distance (insertion, deletion, replacement,
/// swap of neighbours), at most a third of the word's length; of equals the first. Empty when none is near.
std::string_view nearestName(std::string_view word, std::span<const std::string_view> candidates);

} // namespace coracle::config
