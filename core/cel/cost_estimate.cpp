#include "core/cel/cost_estimate.h"

#include "core/cel/call_estimate.h"
#include "core/cel/cost_range.h"
#include "core/cel/value_data.h"

#include <optional>
#include <unordered_map>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

constexpr uint64_t kListCost = 10, kMapCost = 30;

/// How large the keys and values of a container are.
struct Entries {
    CostRange key, value;
};

std::optional<Entries> either(const std::optional<Entries> &a, const std::optional<Entries> &b) {
    if (!a || !b)
        return std::nullopt;
    return Entries{cel::either(a->key, b->key), cel::either(a->value, b->value)};
}

bool isScalar(const TypeNode &type) {
    switch (type.kind) {
    case Kind::Bool:
    case Kind::Double:
    case Kind::Duration:
    case Kind::Int:
    case Kind::Timestamp:
    case Kind::Uint:
        return true;
    case Kind::Optional:
        return isScalar(*type.params[0]);
    default:
        return false;
    }
}

/// Walks a tree once. What cel-go keeps by the path of a field in the schema is in the type of the expression here;
/// only expressions that lead into a variable have it.
class Estimator {
public:
    CostRange cost(const Expr &expr) {
        switch (expr.kind) {
        case Expr::Kind::Identifier:
            if (expr.local >= 0)
                m_known[&expr] = m_locals[size_t(expr.local)];
            else
                m_known[&expr].path = true;
            return fixedCost(1);
        case Expr::Kind::Select:
            return select(expr);
        case Expr::Kind::OptionalSelect:
            return fixedCost(1) + cost(*expr.args[0]);
        case Expr::Kind::Has:
            return cost(*expr.args[0]);
        case Expr::Kind::Call:
            return call(expr);
        case Expr::Kind::List:
            return list(expr);
        case Expr::Kind::Map:
            return map(expr);
        case Expr::Kind::Comprehension:
            if (expr.macro == Macro::OptionalMap || expr.macro == Macro::OptionalFlatMap)
                return optionalMap(expr);
            return expr.macro == Macro::SortBy ? sortBy(expr) : comprehension(expr);
        default:
            return {};
        }
    }

private:
    struct Known {
        bool path = false; ///< leads to a part of a variable
        std::optional<CostRange> size{};
        std::optional<Entries> entries{};
    };

    std::optional<CostRange> size(const Expr &expr) {
        const Known &known = m_known[&expr];
        if (known.size && expr.kind != Expr::Kind::Identifier)
            return known.size;
        if (expr.kind == Expr::Kind::Literal) {
            const bool text = expr.literal.kind() == Value::Kind::String || expr.literal.kind() == Value::Kind::Bytes;
            return fixedCost(text ? actualSize(expr.literal) : 1);
        }
        if (expr.kind == Expr::Kind::List)
            return fixedCost(expr.args.size());
        if (expr.kind == Expr::Kind::Map)
            return fixedCost(expr.args.size() / 2);
        if (known.path && expr.type->fromSchema)
            return CostRange{0, expr.type->maxElements};
        if (isScalar(*expr.type))
            return fixedCost(1);
        return known.size;
    }

    CostRange sizeOrUnknown(const Expr &expr) { return size(expr).value_or(CostRange{0, kUnlimited}); }

    CostRange select(const Expr &expr) {
        const Expr &operand = *expr.args[0];
        CostRange sum = cost(operand);
        if (operand.type->kind == Kind::Map || operand.type->kind == Kind::Object)
            sum = sum + fixedCost(1);
        m_known[&expr].path = m_known[&operand].path;
        return sum;
    }

    CostRange list(const Expr &expr) {
        CostRange sum = fixedCost(kListCost);
        CostRange items{expr.args.empty() ? 0 : kUnlimited, 0};
        for (const ExprPtr &item : expr.args) {
            sum = sum + cost(*item);
            items = cel::either(items, sizeOrUnknown(*item));
        }
        m_known[&expr].entries = Entries{fixedCost(1), items};
        return sum;
    }

    CostRange map(const Expr &expr) {
        CostRange sum = fixedCost(kMapCost);
        CostRange keys{expr.args.empty() ? 0 : kUnlimited, 0}, values = keys;
        for (size_t i = 0; i < expr.args.size(); ++i) {
            sum = sum + cost(*expr.args[i]);
            CostRange &part = i % 2 == 0 ? keys : values;
            part = cel::either(part, sizeOrUnknown(*expr.args[i]));
        }
        m_known[&expr].entries = Entries{keys, values};
        return sum;
    }

    CostRange call(const Expr &expr) {
        CostRange arguments;
        std::vector<CostRange> costs;
        for (const ExprPtr &arg : expr.args) {
            costs.push_back(cost(*arg));
            arguments = arguments + costs.back();
        }
        if (expr.op == Operator::And || expr.op == Operator::Or)
            return {costs[0].min, arguments.max};
        if (expr.op == Operator::Conditional)
            return conditional(expr, costs);
        if (expr.name == "dyn" && expr.op == Operator::None) {
            m_known[&expr].size = size(*expr.args[0]);
            m_known[&expr].entries = m_known[expr.args[0].get()].entries;
            return fixedCost(1) + arguments;
        }
        return arguments + overloads(expr);
    }

    CostRange conditional(const Expr &expr, const std::vector<CostRange> &costs) {
        const Expr &then = *expr.args[1], &otherwise = *expr.args[2];
        const CostRange both = cel::either(sizeOrUnknown(then), sizeOrUnknown(otherwise));
        m_known[&expr].entries = either(m_known[&then].entries, m_known[&otherwise].entries);
        m_known[&expr].size = both;
        return costs[0] + cel::either(costs[1], costs[2]);
    }

    CostRange overloads(const Expr &expr) {
        std::vector<CallArgument> arguments;
        for (const ExprPtr &arg : expr.args)
            arguments.push_back({sizeOrUnknown(*arg), arg.get(), m_known[arg.get()].path});
        CostRange all{kUnlimited, 0};
        std::optional<CostRange> result;
        for (const Overload *overload : expr.overloads) {
            const CallEstimate estimate = estimateCall(expr, *overload, arguments);
            all = cel::either(all, estimate.cost);
            if (estimate.resultSize)
                result = result ? cel::either(*result, *estimate.resultSize) : *estimate.resultSize;
        }
        Known &known = m_known[&expr];
        if (expr.op == Operator::Index && expr.args[0]->type->kind != Kind::Optional) {
            known.path = m_known[expr.args[0].get()].path;
            if (const auto &entries = m_known[expr.args[0].get()].entries)
                result = entries->value;
        }
        if (expr.op == Operator::Add)
            known.entries = either(m_known[expr.args[0].get()].entries, m_known[expr.args[1].get()].entries);
        known.size = result;
        return all;
    }

    /// Declares the variables of a comprehension with what is known of the elements.
    void pushVariables(const Expr &expr) {
        const Expr &range = *expr.args[0];
        const Known known = m_known[&range];
        const bool list = range.type->kind == Kind::List;
        const auto part = [&](bool value) {
            Known variable;
            variable.path = known.path && (value || !list);
            if (known.entries)
                variable.size = value ? known.entries->value : known.entries->key;
            return variable;
        };
        if (expr.variables.size() == 2)
            m_locals.push_back(part(false));
        m_locals.push_back(part(expr.variables.size() == 2 || list));
    }

    CostRange comprehension(const Expr &expr) {
        const Expr &range = *expr.args[0];
        CostRange sum = cost(range);
        pushVariables(expr);
        const CostRange condition = cost(*expr.args[1]);
        const Expr &body = *expr.args.back();
        const CostRange transformation = expr.filtered ? cost(body) : condition;
        const CostRange element = m_locals.back().path && range.type->kind == Kind::List
                                      ? CostRange{0, range.type->params[0]->maxElements}
                                      : m_locals.back().size.value_or(CostRange{0, kUnlimited});
        const CostRange made = expr.macro == Macro::Filter ? element : sizeOrUnknown(body);
        m_locals.resize(m_locals.size() - expr.variables.size());
        const CostRange count = sizeOrUnknown(range);
        Known &known = m_known[&expr];
        known.size = count;
        CostRange step;
        switch (expr.macro) {
        case Macro::All:
        case Macro::Exists: {
            // The accumulator is looked at (and negated by exists) before each step, which may stop at it.
            const uint64_t loop = expr.macro == Macro::All ? 2 : 3;
            step = fixedCost(loop) + CostRange{1, saturatingAdd(1, condition.max)};
            known.size = fixedCost(1);
            sum = sum + fixedCost(1);
            break;
        }
        case Macro::ExistsOne:
            step = condition + CostRange{1, 2};
            known.size = fixedCost(1);
            sum = sum + fixedCost(2);
            break;
        case Macro::Filter:
            step = condition + CostRange{1, 13};
            break;
        case Macro::TransformMap:
            step = fixedCost(3) + transformation;
            break;
        case Macro::TransformMapEntry:
            step = fixedCost(2) + transformation;
            break;
        default:
            step = fixedCost(12) + transformation;
        }
        if (expr.filtered)
            step = condition + CostRange{1, step.max};
        const bool makesMap = expr.macro == Macro::TransformMap || expr.macro == Macro::TransformMapEntry;
        const bool makesList =
            expr.macro == Macro::Filter || expr.macro == Macro::Map || expr.macro == Macro::TransformList;
        if (makesList || makesMap)
            sum = sum + fixedCost(1 + (makesMap ? kMapCost : kListCost));
        if (makesList)
            known.entries = Entries{fixedCost(1), CostRange{0, made.max}};
        return sum + count * step;
    }

    CostRange optionalMap(const Expr &expr) {
        const CostRange target = cost(*expr.args[0]);
        m_locals.emplace_back();
        const CostRange body = cost(*expr.args[1]);
        m_locals.pop_back();
        const CostRange bound = fixedCost(kListCost + 1) + target + body;
        const CostRange some = expr.macro == Macro::OptionalMap ? bound + fixedCost(1) : bound;
        return target + fixedCost(1) + cel::either(some, fixedCost(1));
    }

    CostRange sortBy(const Expr &expr) {
        const CostRange target = cost(*expr.args[0]);
        pushVariables(expr);
        const CostRange key = cost(*expr.args[1]);
        m_locals.pop_back();
        const CostRange count = sizeOrUnknown(*expr.args[0]);
        m_known[&expr].size = count;
        const CostRange mapping = fixedCost(2 + kListCost) + count * (fixedCost(12) + key);
        return fixedCost(kListCost) + target + fixedCost(1) + mapping + sortingCost(count);
    }

    std::unordered_map<const Expr *, Known> m_known;
    std::vector<Known> m_locals;
};

} // namespace

CostRange estimateCost(const Expr &root) {
    return Estimator().cost(root);
}

} // namespace coracle::cel
