#pragma once

#include "core/cel/ast.h"
#include "core/cel/cel.h"

#include <span>

namespace coracle::cel {

/// Evaluates a checked expression.
Evaluation evaluate(const Expr &root, std::span<const Value> variables, const EvaluationLimits &limits);

} // namespace coracle::cel
