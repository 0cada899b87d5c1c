#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Texts as sequences of code points, for the functions that count characters.
namespace coracle::cel {

/// Where `part` is in `text` from a byte on, in linear time; npos when it is not.
size_t findText(std::string_view text, std::string_view part, size_t from = 0);
/// The byte offset of a character; nothing beyond the end (the end itself is one).
std::optional<size_t> offsetOf(std::string_view text, int64_t character);
/// How Go writes a float64 with %g.
std::string realText(double value);
bool isUtf8(std::string_view bytes);

} // namespace coracle::cel
