#include "core/cel/cel.h"

#include "core/cel/checker.h"
#include "core/cel/cost_estimate.h"
#include "core/cel/evaluator.h"
#include "core/cel/literal_checks.h"
#include "core/cel/parser.h"

#include <algorithm>

namespace coracle::cel {

struct Program::State {
    ExprPtr root;
    std::vector<Variable> variables;
    std::vector<bool> used;
    FunctionTable functions; ///< the host's; the tree points to them
    CostRange cost;
};

namespace {

void markUsed(const Expr &expr, std::vector<bool> &used) {
    if (expr.kind == Expr::Kind::Identifier && expr.variable >= 0)
        used[size_t(expr.variable)] = true;
    for (const ExprPtr &arg : expr.args)
        markUsed(*arg, used);
}

Failure refuse(const Issues &issues) {
    return Failure(Status{.code = 422, .reason = "Invalid", .message = issues.text()});
}

} // namespace

Program::Program(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Program::Program(Program &&) noexcept = default;
Program &Program::operator=(Program &&) noexcept = default;
Program::~Program() = default;

Result<Program> Program::compile(std::string_view source, std::span<const Variable> variables,
                                 std::span<const HostFunction> functions) {
    auto state = std::make_unique<State>();
    Issues issues(source);
    state->root = parse(source, issues);
    if (!state->root)
        return refuse(issues);
    state->variables.assign(variables.begin(), variables.end());
    for (const HostFunction &function : functions)
        state->functions.add(function.name, Overload{.id = function.overload,
                                                     .member = function.member,
                                                     .params = function.params,
                                                     .result = function.result,
                                                     .call = function.call,
                                                     .fixedCost = function.cost});
    check(*state->root, state->variables, state->functions, issues);
    if (issues.empty())
        checkLiterals(*state->root, issues);
    if (!issues.empty())
        return refuse(issues);
    state->used.resize(state->variables.size());
    markUsed(*state->root, state->used);
    state->cost = estimateCost(*state->root);
    return Program(std::move(state));
}

const Type &Program::resultType() const {
    return m_state->root->type;
}

bool Program::uses(std::string_view variable) const {
    for (size_t i = 0; i < m_state->variables.size(); ++i)
        if (m_state->variables[i].name == variable && m_state->used[i])
            return true;
    return false;
}

const CostRange &Program::estimatedCost() const {
    return m_state->cost;
}

Evaluation Program::evaluate(std::span<const Value> variables, const EvaluationLimits &limits) const {
    if (variables.size() != m_state->variables.size())
        return {Value::error("as many values as declared variables are needed"), 0};
    return cel::evaluate(*m_state->root, variables, limits);
}

} // namespace coracle::cel
