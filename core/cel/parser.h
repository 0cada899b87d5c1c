#pragma once

#include "core/cel/ast.h"
#include "core/cel/source.h"

#include <string_view>

namespace coracle::cel {

/// The syntax tree of an expression, macros recognised; null when there are issues. Bounded in size and depth.
ExprPtr parse(std::string_view source, Issues &issues);

} // namespace coracle::cel
