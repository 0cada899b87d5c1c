#pragma once

#include "core/cel/value.h"

#include <string_view>

namespace coracle::cel {

/// The values of literals as they are written; an error value when they are out of range.
Value intLiteral(std::string_view text, bool negative);
Value uintLiteral(std::string_view text); ///< with the suffix u
Value realLiteral(std::string_view text, bool negative);
/// With prefix and quotation marks, whose escapes the lexer has checked.
Value textLiteral(std::string_view text);

void appendUtf8(std::string &out, uint32_t codePoint);

} // namespace coracle::cel
