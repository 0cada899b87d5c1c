#pragma once

#include "core/cel/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::cel {

/// What is wrong with an RE2 pattern; empty for a valid one.
std::string regexError(std::string_view pattern);
/// Whether the pattern matches a part of the text; an error value for an invalid pattern.
Value regexMatches(std::string_view text, std::string_view pattern);
/// The parts of the text that the pattern matches one after the other, `max` at most (negative: all).
Value regexFindAll(std::string_view text, std::string_view pattern, int64_t max);

} // namespace coracle::cel
