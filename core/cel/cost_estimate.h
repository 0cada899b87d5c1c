#pragma once

#include "core/cel/ast.h"
#include "core/cel/cel.h"

namespace coracle::cel {

/// The range of what a checked expression costs, from the sizes that the types of its variables give. It decides which
/// rules a CustomResourceDefinition may have, so that it is cel-go's to the unit.
CostRange estimateCost(const Expr &root);

} // namespace coracle::cel
