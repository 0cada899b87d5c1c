#pragma once

#include "core/cel/ast.h"
#include "core/cel/cel.h"
#include "core/cel/functions.h"

#include <optional>
#include <span>

namespace coracle::cel {

struct CallArgument {
    CostRange size;
    const Expr *expr;
    bool path; ///< leads to a part of a variable, so that its type's sizes hold
};

struct CallEstimate {
    CostRange cost;
    std::optional<CostRange> resultSize{};
};

/// What a call costs by the sizes of its arguments (the target is the first one), their own cost apart.
CallEstimate estimateCall(const Expr &call, const Overload &overload, std::span<const CallArgument> arguments);

CostRange sortingCost(const CostRange &size);

} // namespace coracle::cel
