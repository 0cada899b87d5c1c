#pragma once

#include "core/cel/ast.h"

namespace coracle::cel {

/// An operator with two operands that are no errors; "no such overload" for values it is not defined for.
Value applyBinary(Operator op, const Value &a, const Value &b);
/// Negate and Not.
Value applyUnary(Operator op, const Value &a);
/// list[index] and map[key]; `missing` is set when there is no such element (the result is an error then).
Value applyIndex(const Value &container, const Value &key, bool &missing);
/// What an operator costs at run time (the operands' own cost apart).
uint64_t operatorCost(Operator op, const Value &a, const Value &b);

} // namespace coracle::cel
