#pragma once

#include "core/cel/ast.h"
#include "core/cel/source.h"

namespace coracle::cel {

/// Literal arguments of duration(), timestamp() and matches() that can never be right become issues.
void checkLiterals(const Expr &root, Issues &issues);

} // namespace coracle::cel
