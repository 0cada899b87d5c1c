#pragma once

#include "core/cel/ast.h"
#include "core/cel/cel.h"
#include "core/cel/functions.h"
#include "core/cel/source.h"

#include <span>

namespace coracle::cel {

/// Gives each node its type, each name its variable and each call its overloads; what does not fit becomes an issue.
/// The functions are those of the standard libraries and `more`.
void check(Expr &root, std::span<const Variable> variables, const FunctionTable &more, Issues &issues);

} // namespace coracle::cel
