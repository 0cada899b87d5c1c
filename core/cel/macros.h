#pragma once

#include "core/cel/ast.h"
#include "core/cel/source.h"

namespace coracle::cel {

/// Turns a call whose name and arguments are those of a macro into its node; other calls stay as they are.
/// Arguments that do not fit become issues.
ExprPtr expandMacro(ExprPtr call, Issues &issues);

} // namespace coracle::cel
