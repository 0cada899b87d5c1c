#include "core/cel/literal_checks.h"

#include "core/cel/functions.h"
#include "core/cel/regex.h"

#include <fmt/format.h>

namespace coracle::cel {

namespace {

bool isString(const Expr &expr) {
    return expr.kind == Expr::Kind::Literal && expr.literal.kind() == Value::Kind::String;
}

/// The literal that makes a call fail whenever it is evaluated, or null.
const Expr *wrongLiteral(const Expr &call) {
    if (call.name == "matches" && call.args.size() == 2 && isString(*call.args[1]))
        return regexError(call.args[1]->literal.asString()).empty() ? nullptr : call.args[1].get();
    const bool conversion = !call.member && (call.name == "duration" || call.name == "timestamp");
    if (!conversion || call.args.size() != 1 || !isString(*call.args[0]) || call.overloads.empty())
        return nullptr;
    const Value result = call.overloads[0]->call(std::span(&call.args[0]->literal, 1));
    return result.isError() ? call.args[0].get() : nullptr;
}

} // namespace

void checkLiterals(const Expr &root, Issues &issues) {
    for (const ExprPtr &arg : root.args)
        checkLiterals(*arg, issues);
    if (root.kind != Expr::Kind::Call || root.op != Operator::None)
        return;
    if (const Expr *wrong = wrongLiteral(root))
        issues.add(wrong->position, fmt::format("invalid {} argument", root.name));
}

} // namespace coracle::cel
