#include "core/cel/macros.h"

#include <array>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

constexpr std::string_view kNotSimple = "argument must be a simple name";
constexpr std::string_view kNotIdentifier = "argument is not an identifier";

struct MacroRow {
    std::string_view name;
    Macro macro;
    uint8_t variables;
    uint8_t argsMin, argsMax;   ///< without the target; one more than the least means a condition
    std::string_view complaint; ///< about a variable that is no identifier
};

constexpr std::array kMacros{
    MacroRow{"all", Macro::All, 1, 2, 2, kNotSimple},
    MacroRow{"exists", Macro::Exists, 1, 2, 2, kNotSimple},
    MacroRow{"exists_one", Macro::ExistsOne, 1, 2, 2, kNotSimple},
    MacroRow{"existsOne", Macro::ExistsOne, 1, 2, 2, kNotSimple},
    MacroRow{"map", Macro::Map, 1, 2, 3, kNotIdentifier},
    MacroRow{"filter", Macro::Filter, 1, 2, 2, kNotIdentifier},
    MacroRow{"sortBy", Macro::SortBy, 1, 2, 2, kNotIdentifier},
    MacroRow{"optMap", Macro::OptionalMap, 1, 2, 2, "optMap() variable name must be a simple identifier"},
    MacroRow{"optFlatMap", Macro::OptionalFlatMap, 1, 2, 2, "optFlatMap() variable name must be a simple identifier"},
    MacroRow{"all", Macro::All, 2, 3, 3, kNotSimple},
    MacroRow{"exists", Macro::Exists, 2, 3, 3, kNotSimple},
    MacroRow{"exists_one", Macro::ExistsOne, 2, 3, 3, kNotSimple},
    MacroRow{"existsOne", Macro::ExistsOne, 2, 3, 3, kNotSimple},
    MacroRow{"transformList", Macro::TransformList, 2, 3, 4, kNotSimple},
    MacroRow{"transformMap", Macro::TransformMap, 2, 3, 4, kNotSimple},
    MacroRow{"transformMapEntry", Macro::TransformMapEntry, 2, 3, 4, kNotSimple},
};

const MacroRow *findMacro(const Expr &call) {
    const size_t given = call.args.size() - 1;
    for (const MacroRow &row : kMacros)
        if (row.name == call.name && given >= row.argsMin && given <= row.argsMax)
            return &row;
    return nullptr;
}

ExprPtr expandHas(ExprPtr call, Issues &issues) {
    Expr &operand = *call->args[0];
    if (operand.kind != Expr::Kind::Select) {
        issues.add(operand.position, "invalid argument to has() macro");
        return call;
    }
    ExprPtr select = std::move(call->args[0]);
    select->kind = Expr::Kind::Has;
    return select;
}

} // namespace

ExprPtr expandMacro(ExprPtr call, Issues &issues) {
    if (!call->member)
        return call->name == "has" && call->args.size() == 1 ? expandHas(std::move(call), issues) : std::move(call);
    const MacroRow *row = findMacro(*call);
    if (!row)
        return call;
    for (size_t i = 1; i <= row->variables; ++i) {
        const Expr &variable = *call->args[i];
        if (variable.kind != Expr::Kind::Identifier || variable.name.starts_with('.')) {
            issues.add(variable.position, std::string(row->complaint));
            return call;
        }
        if (variable.name == "__result__") {
            issues.add(variable.position, "iteration variable overwrites accumulator variable");
            return call;
        }
        if (i == 2 && variable.name == call->variables[0]) {
            issues.add(variable.position, fmt::format("duplicate variable name: {}", variable.name));
            return call;
        }
        call->variables.push_back(variable.name);
    }
    call->kind = Expr::Kind::Comprehension;
    call->macro = row->macro;
    call->filtered = call->args.size() - 1 > row->argsMin;
    call->args.erase(call->args.begin() + 1, call->args.begin() + 1 + row->variables);
    return call;
}

} // namespace coracle::cel
