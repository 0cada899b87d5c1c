#pragma once

#include "core/cel/functions.h"

namespace coracle::cel {

/// What a call of a function costs at run time, its arguments' own cost apart.
/// What ordering a list by these keys costs.
uint64_t sortCost(const Value &keys);
/// Some costs are known from the result only.
bool costIsKnown(CostKind kind);
uint64_t callCost(const Overload &overload, std::span<const Value> arguments, const Value &result);

} // namespace coracle::cel
