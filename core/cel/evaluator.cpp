#include "core/cel/evaluator.h"

#include "core/cel/functions.h"
#include "core/cel/operators.h"
#include "core/cel/runtime_cost.h"
#include "core/cel/sorting.h"
#include "core/cel/value_data.h"

#include <array>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Value::Kind;

constexpr uint64_t kListCost = 10;
constexpr uint64_t kMapCost = 30;
/// Iterations of a comprehension between two looks at the stop token.
constexpr unsigned kCheckFrequency = 100;
constexpr size_t kBytesPerVisit = 256;

class Evaluator {
public:
    Evaluator(std::span<const Value> variables, const EvaluationLimits &limits)
        : m_variables(variables), m_limits(limits) {}

    Evaluation run(const Expr &root) {
        DeepWork::reset();
        Value value = eval(root);
        if (m_cancelled || DeepWork::exceeded())
            value = Value::error(m_interrupted ? "operation interrupted"
                                               : "operation cancelled: actual cost limit exceeded");
        DeepWork::reset();
        return {std::move(value), m_cost};
    }

private:
    /// Adds to the cost; beyond the limit nothing is evaluated any more.
    void charge(uint64_t cost) {
        if (__builtin_add_overflow(m_cost, cost, &m_cost))
            m_cost = UINT64_MAX;
        if (m_cost > m_limits.cost || DeepWork::exceeded())
            m_cancelled = true;
    }

    Value eval(const Expr &expr) {
        if (m_cancelled)
            return Value::error("");
        switch (expr.kind) {
        case Expr::Kind::Literal:
            return expr.literal;
        case Expr::Kind::Identifier:
            charge(1);
            return expr.local >= 0 ? m_locals[size_t(expr.local)] : m_variables[size_t(expr.variable)];
        case Expr::Kind::Select:
        case Expr::Kind::OptionalSelect:
        case Expr::Kind::Has:
            return select(expr);
        case Expr::Kind::Call:
            return call(expr);
        case Expr::Kind::List:
            return list(expr);
        case Expr::Kind::Map:
            return map(expr);
        case Expr::Kind::Comprehension:
            return comprehension(expr);
        case Expr::Kind::Message:
            break;
        }
        return noSuchOverload();
    }

    Value select(const Expr &expr) {
        Value operand = eval(*expr.args[0]);
        if (operand.isError())
            return operand;
        if (expr.kind != Expr::Kind::Has)
            charge(1);
        const bool optional = operand.kind() == Kind::Optional;
        if (optional) {
            if (!operand.optionalValue())
                return expr.kind == Expr::Kind::Has ? Value::boolean(false) : operand;
            operand = Value(*operand.optionalValue());
        }
        if (operand.kind() != Kind::Map)
            return noSuchOverload();
        if (expr.kind == Expr::Kind::Has)
            return Value::boolean(operand.hasField(expr.name));
        if (!optional && expr.kind == Expr::Kind::Select)
            return operand.select(expr.name);
        if (!operand.hasField(expr.name))
            return Value::none();
        Value found = operand.select(expr.name);
        return found.isError() ? std::move(found) : Value::optional(std::move(found));
    }

    Value call(const Expr &expr) {
        switch (expr.op) {
        case Operator::None:
            return callFunction(expr);
        case Operator::And:
        case Operator::Or:
            return logic(expr);
        case Operator::Conditional: {
            Value condition = eval(*expr.args[0]);
            if (condition.isError())
                return condition;
            if (condition.kind() != Kind::Bool)
                return noSuchOverload();
            return eval(*expr.args[condition.asBool() ? 1 : 2]);
        }
        case Operator::Not:
        case Operator::Negate: {
            Value operand = eval(*expr.args[0]);
            if (operand.isError())
                return operand;
            charge(1);
            return applyUnary(expr.op, operand);
        }
        default:
            break;
        }
        Value left = eval(*expr.args[0]);
        if (left.isError())
            return left;
        Value right = eval(*expr.args[1]);
        if (right.isError())
            return right;
        if (expr.op == Operator::Index || expr.op == Operator::OptionalIndex)
            return index(expr, std::move(left), right);
        charge(operatorCost(expr.op, left, right));
        return m_cancelled ? Value::error("") : applyBinary(expr.op, left, right);
    }

    /// One deciding term decides, whatever errors the others have.
    Value logic(const Expr &expr) {
        const bool deciding = expr.op == Operator::Or;
        Value failed;
        for (const ExprPtr &term : expr.args) {
            Value value = eval(*term);
            if (value.kind() == Kind::Bool) {
                if (value.asBool() == deciding)
                    return value;
            } else if (!failed.isError()) {
                failed = value.isError() ? std::move(value) : noSuchOverload();
            }
            if (m_cancelled)
                return Value::error("");
        }
        return failed.isError() ? failed : Value::boolean(!deciding);
    }

    Value index(const Expr &expr, Value container, const Value &key) {
        charge(1);
        bool optional = expr.op == Operator::OptionalIndex;
        if (container.kind() == Kind::Optional) {
            if (!container.optionalValue())
                return container;
            optional = true;
            container = Value(*container.optionalValue());
        }
        bool missing = false;
        Value found = applyIndex(container, key, missing);
        if (!optional)
            return found;
        if (missing)
            return Value::none();
        return found.isError() ? std::move(found) : Value::optional(std::move(found));
    }

    Value callFunction(const Expr &expr) {
        constexpr size_t kArgumentsMax = 8;
        std::array<Value, kArgumentsMax> arguments;
        const size_t count = expr.args.size();
        if (count > kArgumentsMax)
            return noSuchOverload();
        for (size_t i = 0; i < count; ++i) {
            arguments[i] = eval(*expr.args[i]);
            if (arguments[i].isError())
                return arguments[i];
            if (i == 0 && expr.member && (expr.name == "or" || expr.name == "orValue") &&
                arguments[0].kind() == Kind::Optional) {
                // The alternative is not evaluated when it is not needed.
                charge(1);
                if (arguments[0].optionalValue())
                    return expr.name == "or" ? arguments[0] : Value(*arguments[0].optionalValue());
                return eval(*expr.args[1]);
            }
        }
        const std::span<const Value> given(arguments.data(), count);
        // Some functions read a whole text and cost 1.
        for (const Value &argument : given)
            if (argument.kind() == Kind::String || argument.kind() == Kind::Bytes)
                DeepWork::add(argument.asString().size() / kBytesPerVisit);
        for (const Overload *overload : expr.overloads) {
            bool suitable = true;
            for (size_t i = 0; i < count && suitable; ++i)
                suitable = fits(arguments[i], *overload->params[i]);
            if (!suitable)
                continue;
            // What the cost forbids is not even begun, unless the result decides what it costs.
            const bool known = costIsKnown(overload->cost);
            if (known)
                charge(callCost(*overload, given, Value()));
            if (m_cancelled)
                return Value::error("");
            Value result = overload->call(given);
            if (!known)
                charge(callCost(*overload, given, result));
            return result;
        }
        charge(1);
        return noSuchOverload();
    }

    Value list(const Expr &expr) {
        std::vector<Value> items;
        items.reserve(expr.args.size());
        for (size_t i = 0; i < expr.args.size(); ++i) {
            Value item = eval(*expr.args[i]);
            if (item.isError())
                return item;
            if (expr.optionals[i]) {
                if (item.kind() != Kind::Optional)
                    return Value::error(
                        fmt::format("cannot initialize optional list element from non-optional value {}", item.text()));
                if (!item.optionalValue())
                    continue;
                item = Value(*item.optionalValue());
            }
            items.push_back(std::move(item));
        }
        charge(kListCost);
        return Value::list(std::move(items));
    }

    Value map(const Expr &expr) {
        auto entries = std::make_shared<MapData>();
        for (size_t i = 0; i < expr.args.size(); i += 2) {
            Value key = eval(*expr.args[i]);
            if (key.isError())
                return key;
            Value value = eval(*expr.args[i + 1]);
            if (value.isError())
                return value;
            if (expr.optionals[i / 2]) {
                if (value.kind() != Kind::Optional)
                    return Value::error(fmt::format("cannot initialize optional entry '{}' from non-optional value {}",
                                                    key.text(), value.text()));
                if (!value.optionalValue())
                    continue;
                value = Value(*value.optionalValue());
            }
            // Of equal keys the last one counts.
            entries->set(std::move(key), std::move(value));
        }
        charge(kMapCost);
        return ValueAccess::mapOf(std::move(entries));
    }

    Value comprehension(const Expr &expr) {
        Value range = eval(*expr.args[0]);
        if (range.isError())
            return range;
        if (expr.macro == Macro::OptionalMap || expr.macro == Macro::OptionalFlatMap)
            return optionalMap(expr, range);
        if (range.kind() != Kind::List && range.kind() != Kind::Map)
            return noSuchOverload();
        Fold fold{expr, *this};
        return fold.run(range);
    }

    Value optionalMap(const Expr &expr, const Value &target) {
        charge(1);
        if (target.kind() != Kind::Optional)
            return noSuchOverload();
        if (!target.optionalValue())
            return Value::none();
        charge(1 + kListCost);
        m_locals.push_back(*target.optionalValue());
        Value value = eval(*expr.args[1]);
        m_locals.pop_back();
        if (value.isError() || expr.macro == Macro::OptionalFlatMap)
            return value;
        charge(1);
        return Value::optional(std::move(value));
    }

    /// One comprehension over one range. The costs are those of the loops that cel-go makes of the macros.
    struct Fold {
        const Expr &expr;
        Evaluator &evaluator;
        Value failed{};
        std::vector<Value> items{};
        std::vector<Value> keys{};
        std::shared_ptr<MapData> entries = std::make_shared<MapData>();
        size_t matches = 0;
        bool decided = false;

        Value run(const Value &range) {
            const size_t base = evaluator.m_locals.size();
            evaluator.m_locals.resize(base + expr.variables.size());
            evaluator.charge(setupCost());
            unsigned iteration = 0;
            const bool list = range.kind() == Kind::List;
            range.forEachEntry([&](const Value &key, const Value &value) {
                if (value.isError())
                    return fail(value);
                if (++iteration % kCheckFrequency == 0 && evaluator.m_limits.stop.stop_requested())
                    evaluator.m_cancelled = evaluator.m_interrupted = true;
                if (evaluator.m_cancelled)
                    return false;
                const bool two = expr.variables.size() == 2;
                evaluator.m_locals[base] = two || !list ? key : value;
                if (two)
                    evaluator.m_locals[base + 1] = value;
                return step(two || !list ? key : value);
            });
            evaluator.m_locals.resize(base);
            return evaluator.m_cancelled ? Value::error("") : result(range);
        }

        uint64_t setupCost() const {
            switch (expr.macro) {
            case Macro::All:
            case Macro::Exists:
                return 1;
            case Macro::ExistsOne:
                return 2;
            case Macro::TransformMap:
            case Macro::TransformMapEntry:
                return 1 + kMapCost;
            default:
                return 1 + kListCost;
            }
        }

        bool fail(const Value &error) {
            failed = error.isError() ? error : noSuchOverload();
            return false;
        }

        /// Whether the loop goes on.
        bool step(const Value &element) {
            const Expr &condition = *expr.args[1];
            switch (expr.macro) {
            case Macro::All:
            case Macro::Exists:
                return quantify(evaluator.eval(condition));
            case Macro::ExistsOne:
            case Macro::Filter:
            case Macro::Map:
            case Macro::TransformList:
            case Macro::TransformMap:
            case Macro::TransformMapEntry:
                break;
            default: {
                Value key = evaluator.eval(condition);
                if (key.isError())
                    return fail(key);
                evaluator.charge(12);
                keys.push_back(std::move(key));
                return true;
            }
            }
            const bool counts = expr.macro == Macro::ExistsOne || expr.macro == Macro::Filter;
            if (expr.filtered || counts) {
                const Value chosen = evaluator.eval(condition);
                if (chosen.kind() != Kind::Bool)
                    return fail(chosen);
                if (!chosen.asBool()) {
                    evaluator.charge(1);
                    return true;
                }
            }
            return collect(element);
        }

        /// An error of one element does not matter when another one decides.
        bool quantify(Value value) {
            const bool deciding = expr.macro == Macro::Exists;
            evaluator.charge(deciding ? 4 : 3);
            if (value.kind() == Kind::Bool) {
                decided = value.asBool() == deciding;
                return !decided;
            }
            if (!failed.isError())
                failed = value.isError() ? std::move(value) : noSuchOverload();
            return true;
        }

        bool collect(const Value &element) {
            if (expr.macro == Macro::ExistsOne) {
                evaluator.charge(2);
                ++matches;
                return true;
            }
            evaluator.charge(expr.macro == Macro::TransformMap || expr.macro == Macro::TransformMapEntry ? 3 : 12);
            if (expr.macro == Macro::Filter) {
                evaluator.charge(1);
                items.push_back(element);
                return true;
            }
            Value body = evaluator.eval(*expr.args.back());
            if (body.isError())
                return fail(body);
            if (expr.macro == Macro::TransformMap)
                return insert(element, body);
            if (expr.macro != Macro::TransformMapEntry) {
                items.push_back(std::move(body));
                return true;
            }
            if (body.kind() != Kind::Map)
                return fail(body);
            bool good = true;
            body.forEachEntry([&](const Value &key, const Value &value) { return good = insert(key, value); });
            return good;
        }

        bool insert(const Value &key, const Value &value) {
            if (value.isError())
                return fail(value);
            if (entries->insert(key, value))
                return true;
            return fail(
                Value::error(fmt::format("insert failed: key {} already exists",
                                         key.kind() == Kind::String ? std::string(key.asString()) : key.text())));
        }

        Value result(const Value &range) {
            if (decided)
                return Value::boolean(expr.macro == Macro::Exists);
            if (failed.isError())
                return failed;
            switch (expr.macro) {
            case Macro::All:
                return Value::boolean(true);
            case Macro::Exists:
                return Value::boolean(false);
            case Macro::ExistsOne:
                return Value::boolean(matches == 1);
            case Macro::TransformMap:
            case Macro::TransformMapEntry:
                return ValueAccess::mapOf(std::move(entries));
            case Macro::SortBy:
                if (range.kind() != Kind::List)
                    return noSuchOverload();
                evaluator.charge(sortCost(Value::list(keys)) + kListCost);
                return evaluator.m_cancelled ? Value::error("") : sortByKeys(range, keys);
            default:
                return Value::list(std::move(items));
            }
        }
    };

    std::span<const Value> m_variables;
    const EvaluationLimits &m_limits;
    std::vector<Value> m_locals;
    uint64_t m_cost = 0;
    bool m_cancelled = false, m_interrupted = false;
};

} // namespace

Evaluation evaluate(const Expr &root, std::span<const Value> variables, const EvaluationLimits &limits) {
    return Evaluator(variables, limits).run(root);
}

} // namespace coracle::cel
