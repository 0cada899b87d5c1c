#pragma once

#include "core/base/result.h"
#include "core/cel/type.h"
#include "core/cel/value.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// The Common Expression Language as Kubernetes 1.36 has it: the standard library, cross-type comparisons of numbers,
/// optional types, two-variable comprehensions, the extension libraries strings, lists and sets, and Kubernetes' own
/// (lists, regex, URL, IP, CIDR, quantity, semver, format). Messages are those of cel-go.
namespace coracle::cel {

inline constexpr size_t kExpressionCharactersMax = 100'000;
inline constexpr unsigned kExpressionDepthMax = 250;
/// What one expression may cost at run time (k8s.io/apiserver/pkg/apis/cel PerCallLimit).
inline constexpr uint64_t kCallCostMax = 1'000'000;
/// What one expression may cost by its estimate (StaticEstimatedCostLimit).
inline constexpr uint64_t kEstimatedCostMax = 10'000'000;

struct Variable {
    std::string name;
    Type type;
};

/// The least and the most that an expression costs, in cel-go's units; the most saturates at 2^64-1.
struct CostRange {
    uint64_t min = 0;
    uint64_t max = 0;
};

struct Evaluation {
    Value value; ///< may be an error: Value::isError(), the words are Value::asString()
    uint64_t cost = 0;
};

struct EvaluationLimits {
    /// More than this ends in "operation cancelled: actual cost limit exceeded".
    uint64_t cost = kCallCostMax;
    /// When a stop is requested the evaluation ends in "operation interrupted".
    std::stop_token stop;
};

/// A function that is not part of the standard libraries (the authorizer's, for example).
struct HostFunction {
    std::string name;
    std::string overload; ///< a unique name
    bool member = false;  ///< target.name(arguments); the target is the first parameter
    std::vector<Type> params;
    Type result;
    Value (*call)(std::span<const Value> arguments) = nullptr;
    uint64_t cost = 1;
};

/// A parsed, type-checked expression. Immutable; any number of threads may evaluate it at once.
class Program {
public:
    /// Compiles an expression. The variables are given to evaluate() in this order. The message of a failure is
    /// cel-go's: one "ERROR: <input>:line:column: ..." with the source line and a caret for each problem.
    static Result<Program> compile(std::string_view source, std::span<const Variable> variables,
                                   std::span<const HostFunction> functions = {});

    Program(Program &&) noexcept;
    Program &operator=(Program &&) noexcept;
    ~Program();

    const Type &resultType() const;
    /// Whether the expression refers to a declared variable.
    bool uses(std::string_view variable) const;
    /// The estimate from the sizes that the variables' types give.
    const CostRange &estimatedCost() const;

    /// One value for each declared variable; never throws. The result may hold views into the variables' documents.
    Evaluation evaluate(std::span<const Value> variables, const EvaluationLimits &limits = {}) const;

private:
    struct State;
    explicit Program(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cel
