#include "core/cel/checker.h"

#include "core/cel/unifier.h"

#include <array>
#include <fmt/format.h>
#include <optional>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

constexpr uint32_t kTypeNodesMax = 1000;

/// What has no type because of an issue: fits everything, so that one problem is reported once.
const Type &errorType() {
    static const Type type = [] {
        auto node = std::make_shared<TypeNode>();
        node->name = "!error!";
        return node;
    }();
    return type;
}

/// The types that expressions can name.
const Type *namedType(std::string_view name) {
    static const std::map<std::string_view, Type> kTypes{
        {"bool", boolType()},
        {"bytes", bytesType()},
        {"double", doubleType()},
        {"dyn", dynType()},
        {"google.protobuf.Duration", durationType()},
        {"google.protobuf.Timestamp", timestampType()},
        {"int", intType()},
        {"kubernetes.NamedFormat", opaqueType("kubernetes.NamedFormat")},
        {"kubernetes.Quantity", opaqueType("kubernetes.Quantity")},
        {"kubernetes.Semver", opaqueType("kubernetes.Semver")},
        {"kubernetes.URL", opaqueType("kubernetes.URL")},
        {"list", listType(dynType())},
        {"map", mapType(dynType(), dynType())},
        {"net.CIDR", opaqueType("net.CIDR")},
        {"net.IP", opaqueType("net.IP")},
        {"null_type", nullType()},
        {"optional_type", optionalType(dynType())},
        {"string", stringType()},
        {"type", typeType(nullptr)},
        {"uint", uintType()},
    };
    const auto at = kTypes.find(name);
    return at == kTypes.end() ? nullptr : &at->second;
}

/// a.b.c as one name; nothing when the selection begins with something else.
std::optional<std::string> qualifiedName(const Expr &expr) {
    if (expr.kind == Expr::Kind::Identifier)
        return expr.name.starts_with('.') ? expr.name.substr(1) : expr.name;
    if (expr.kind != Expr::Kind::Select)
        return std::nullopt;
    auto name = qualifiedName(*expr.args[0]);
    if (name)
        *name += '.' + expr.name;
    return name;
}

bool comparable(const Type &type) {
    switch (type->kind) {
    case Kind::Dyn:
    case Kind::Int:
    case Kind::Uint:
    case Kind::Double:
    case Kind::Bool:
    case Kind::Duration:
    case Kind::Timestamp:
    case Kind::String:
    case Kind::Bytes:
    case Kind::Parameter:
        return true;
    default:
        return false;
    }
}

class Checker {
public:
    Checker(std::span<const Variable> variables, const FunctionTable &more, Issues &issues)
        : m_variables(variables), m_more(more), m_issues(issues) {}

    void run(Expr &root) {
        check(root);
        finish(root);
    }

private:
    struct Local {
        std::string name;
        Type type;
    };

    /// Replaces bound type parameters in the whole tree.
    void finish(Expr &expr) {
        for (const ExprPtr &arg : expr.args)
            finish(*arg);
        expr.type = m_unifier.resolve(expr.type ? expr.type : dynType(), true);
    }

    void issue(const Expr &at, std::string message) { m_issues.add(at.position, std::move(message)); }

    std::string text(const Type &type) const {
        const Type resolved = m_unifier.resolve(type, true);
        return resolved == errorType() ? "!error!" : typeText(resolved);
    }

    void mismatch(const Expr &at, const Type &expected, const Type &found) {
        issue(at, fmt::format("expected type '{}' but found '{}'", text(expected), text(found)));
    }

    void undeclared(Expr &expr, std::string_view name) {
        expr.type = errorType();
        issue(expr, fmt::format("undeclared reference to '{}' (in container '')", name));
    }

    const Type &check(Expr &expr) {
        switch (expr.kind) {
        case Expr::Kind::Literal:
            checkLiteral(expr);
            break;
        case Expr::Kind::Identifier:
            checkIdentifier(expr);
            break;
        case Expr::Kind::Select:
        case Expr::Kind::OptionalSelect:
        case Expr::Kind::Has:
            checkSelect(expr);
            break;
        case Expr::Kind::Call:
            checkCall(expr);
            break;
        case Expr::Kind::List:
            checkList(expr);
            break;
        case Expr::Kind::Map:
            checkMap(expr);
            break;
        case Expr::Kind::Message:
            for (const ExprPtr &value : expr.args)
                check(*value);
            undeclared(expr, expr.name);
            break;
        case Expr::Kind::Comprehension:
            checkComprehension(expr);
            break;
        }
        // Each map of values with their own keys can double the type; comparing such types would take for ever.
        if (expr.type->nodes > kTypeNodesMax) {
            issue(expr, fmt::format("the type of the expression has more than {} parts", kTypeNodesMax));
            expr.type = errorType();
        }
        return expr.type;
    }

    static void checkLiteral(Expr &expr) {
        switch (expr.literal.kind()) {
        case Value::Kind::Bool:
            expr.type = boolType();
            break;
        case Value::Kind::Int:
            expr.type = intType();
            break;
        case Value::Kind::Uint:
            expr.type = uintType();
            break;
        case Value::Kind::Double:
            expr.type = doubleType();
            break;
        case Value::Kind::String:
            expr.type = stringType();
            break;
        case Value::Kind::Bytes:
            expr.type = bytesType();
            break;
        default:
            expr.type = nullType();
        }
    }

    void checkIdentifier(Expr &expr) {
        const bool global = expr.name.starts_with('.');
        const std::string_view name = std::string_view(expr.name).substr(global ? 1 : 0);
        for (size_t i = m_locals.size(); i-- > 0 && !global;)
            if (m_locals[i].name == name) {
                expr.local = int(i);
                expr.type = m_locals[i].type;
                return;
            }
        for (size_t i = 0; i < m_variables.size(); ++i)
            if (m_variables[i].name == name) {
                expr.variable = int(i);
                expr.type = m_variables[i].type;
                return;
            }
        if (!becomeType(expr, name))
            undeclared(expr, expr.name);
    }

    bool becomeType(Expr &expr, std::string_view name) {
        const Type *type = namedType(name);
        if (!type)
            return false;
        expr.kind = Expr::Kind::Literal;
        expr.args.clear();
        expr.literal = Value::typeValue(*type);
        expr.type = typeType(*type);
        return true;
    }

    void checkSelect(Expr &expr) {
        if (expr.kind == Expr::Kind::Select)
            if (const auto name = qualifiedName(expr); name && becomeType(expr, *name))
                return;
        Type operand = m_unifier.resolve(check(*expr.args[0]));
        const bool optional = operand->kind == Kind::Optional;
        if (optional)
            operand = operand->params[0];
        Type result = dynType();
        if (operand->kind == Kind::Map) {
            result = operand->params[1];
        } else if (operand->kind == Kind::Object) {
            expr.field = operand->field(expr.name);
            // Keywords may be written as they are behind a dot.
            if (!expr.field && operand->field("__" + expr.name + "__"))
                expr.field = operand->field(expr.name = "__" + expr.name + "__");
            result = expr.field ? expr.field->type : errorType();
            if (!expr.field)
                issue(expr, fmt::format("undefined field '{}'", expr.name));
        } else if (operand->kind == Kind::Parameter) {
            m_unifier.assign(dynType(), operand);
        } else if (operand->kind != Kind::Dyn) {
            issue(expr, fmt::format("type '{}' does not support field selection", text(operand)));
        }
        if (expr.kind == Expr::Kind::Has)
            result = boolType();
        else if (optional || expr.kind == Expr::Kind::OptionalSelect)
            result = optionalType(result);
        expr.type = result;
    }

    void checkCall(Expr &expr) {
        if (expr.op == Operator::And || expr.op == Operator::Or)
            return checkLogic(expr);
        if (expr.op != Operator::None) {
            checkArguments(expr);
            return resolveCall(expr, *find(operatorName(expr.op)));
        }
        // a.b.c() may be the function a.b.c, too.
        if (expr.member)
            if (const auto prefix = qualifiedName(*expr.args[0]))
                if (const Function *function = find(*prefix + '.' + expr.name)) {
                    expr.args.erase(expr.args.begin());
                    expr.member = false;
                    checkArguments(expr);
                    return resolveCall(expr, *function);
                }
        checkArguments(expr);
        const bool global = expr.name.starts_with('.');
        if (const Function *function = find(std::string_view(expr.name).substr(global ? 1 : 0)))
            return resolveCall(expr, *function);
        undeclared(expr, expr.name);
    }

    void checkArguments(Expr &expr) {
        for (const ExprPtr &arg : expr.args)
            check(*arg);
    }

    void checkLogic(Expr &expr) {
        expr.type = boolType();
        for (const ExprPtr &term : expr.args)
            if (!m_unifier.assign(check(*term), boolType())) {
                mismatch(*term, boolType(), term->type);
                expr.type = errorType();
            }
    }

    const Function *find(std::string_view name) const {
        const Function *function = m_more.find(name);
        return function ? function : standardFunctions().find(name);
    }

    void resolveCall(Expr &expr, const Function &function) {
        std::vector<Type> given;
        for (const ExprPtr &arg : expr.args)
            given.push_back(arg->type);
        Type result;
        for (const Overload &overload : function.overloads) {
            if (overload.member != expr.member)
                continue;
            std::vector<Type> declared = overload.params;
            declared.push_back(overload.result);
            declared = m_unifier.instantiate(declared);
            const Type declaredResult = declared.back();
            declared.pop_back();
            if (!m_unifier.assignAll(given, declared))
                continue;
            expr.overloads.push_back(&overload);
            const Type own = m_unifier.resolve(declaredResult);
            if (!result)
                result = own;
            else if (result->kind != Kind::Dyn && !Unifier::same(result, own))
                result = dynType();
        }
        if (!result) {
            noOverload(expr, function.name, given, expr.member);
            result = errorType();
        }
        expr.type = result;
    }

    void noOverload(const Expr &expr, std::string_view name, const std::vector<Type> &types, bool member) {
        std::string signature;
        for (size_t i = member ? 1 : 0; i < types.size(); ++i)
            signature += (signature.empty() ? "" : ", ") + text(types[i]);
        signature = (member ? text(types[0]) + ".(" : "(") + signature + ')';
        issue(expr, fmt::format("found no matching overload for '{}' applied to '{}'", name, signature));
    }

    /// The type that elements have in common; differing ones are issues.
    Type join(const Expr &at, const Type &before, const Type &type) {
        if (!before)
            return type;
        if (m_unifier.assign(before, type))
            return Unifier::mostGeneral(before, type);
        mismatch(at, before, type);
        return before;
    }

    /// The type of an element with a question mark, which must be optional.
    Type unwrapped(const Expr &expr) {
        const Type type = m_unifier.resolve(expr.type);
        if (type->kind == Kind::Optional)
            return type->params[0];
        if (type->kind != Kind::Dyn)
            mismatch(expr, optionalType(type), type);
        return type;
    }

    void checkList(Expr &expr) {
        Type element;
        for (size_t i = 0; i < expr.args.size(); ++i) {
            Expr &item = *expr.args[i];
            check(item);
            element = join(item, element, expr.optionals[i] ? unwrapped(item) : item.type);
        }
        expr.type = listType(element ? element : m_unifier.fresh());
    }

    void checkMap(Expr &expr) {
        Type key, value;
        for (size_t i = 0; i < expr.args.size(); i += 2) {
            Expr &own = *expr.args[i];
            Expr &entry = *expr.args[i + 1];
            key = join(own, key, check(own));
            check(entry);
            value = join(entry, value, expr.optionals[i / 2] ? unwrapped(entry) : entry.type);
        }
        expr.type = mapType(key ? key : m_unifier.fresh(), value ? value : m_unifier.fresh());
    }

    void checkComprehension(Expr &expr) {
        Type range = m_unifier.resolve(check(*expr.args[0]));
        if (expr.macro == Macro::OptionalMap || expr.macro == Macro::OptionalFlatMap)
            return checkOptionalMap(expr, range);
        Type first = dynType(), second = dynType();
        if (range->kind == Kind::List) {
            second = range->params[0];
            first = expr.variables.size() == 2 ? intType() : second;
        } else if (range->kind == Kind::Map && expr.macro != Macro::SortBy) {
            first = range->params[0];
            second = range->params[1];
        } else if (range->kind == Kind::Parameter) {
            m_unifier.assign(dynType(), range);
        } else if (range->kind != Kind::Dyn) {
            issue(*expr.args[0],
                  fmt::format("expression of type '{}' cannot be range of a comprehension (must be list, "
                              "map, or dynamic)",
                              text(range)));
        }
        m_locals.push_back({expr.variables[0], first});
        if (expr.variables.size() == 2)
            m_locals.push_back({expr.variables[1], second});
        expr.local = int(m_locals.size() - expr.variables.size());
        for (size_t i = 1; i < expr.args.size(); ++i)
            check(*expr.args[i]);
        m_locals.resize(m_locals.size() - expr.variables.size());
        expr.type = comprehensionType(expr, range, first);
    }

    /// Checks what the macro's expansion would; returns the result's type.
    Type comprehensionType(Expr &expr, const Type &range, const Type &first) {
        Expr &condition = *expr.args[1];
        const Type &body = expr.args.back()->type;
        const auto conditional = [&](const Type &then) {
            if (!m_unifier.assign(condition.type, boolType()))
                noOverload(expr, "_?_:_", {condition.type, then, then}, false);
            return then;
        };
        const auto filtered = [&](const Type &then) { return expr.filtered ? conditional(then) : then; };
        switch (expr.macro) {
        case Macro::All:
        case Macro::Exists:
            if (!m_unifier.assign(condition.type, boolType()))
                mismatch(condition, boolType(), condition.type);
            return boolType();
        case Macro::ExistsOne:
            conditional(intType());
            return boolType();
        case Macro::Filter:
            return conditional(listType(first));
        case Macro::Map:
        case Macro::TransformList:
            return filtered(listType(body));
        case Macro::TransformMap:
            return filtered(mapType(first, body));
        case Macro::TransformMapEntry: {
            const Type made = m_unifier.resolve(body);
            if (made->kind != Kind::Map && made->kind != Kind::Dyn)
                noOverload(expr, "cel.@mapInsert", {mapType(dynType(), dynType()), made}, false);
            return filtered(made);
        }
        default:
            if (!comparable(m_unifier.resolve(body)))
                noOverload(expr, "@sortByAssociatedKeys", {range, listType(body)}, true);
            return range;
        }
    }

    void checkOptionalMap(Expr &expr, const Type &target) {
        Type inner = dynType();
        if (target->kind == Kind::Optional)
            inner = target->params[0];
        else if (target->kind != Kind::Dyn)
            noOverload(expr, "hasValue", {target}, true);
        m_locals.push_back({expr.variables[0], inner});
        expr.local = int(m_locals.size() - 1);
        const Type body = m_unifier.resolve(check(*expr.args[1]));
        m_locals.pop_back();
        expr.type = expr.macro == Macro::OptionalMap ? optionalType(body) : body;
        if (expr.macro == Macro::OptionalFlatMap && body->kind != Kind::Optional && body->kind != Kind::Dyn)
            noOverload(expr, "_?_:_", {boolType(), body, optionalType(dynType())}, false);
    }

    std::span<const Variable> m_variables;
    const FunctionTable &m_more;
    Issues &m_issues;
    Unifier m_unifier;
    std::vector<Local> m_locals;
};

} // namespace

void check(Expr &root, std::span<const Variable> variables, const FunctionTable &more, Issues &issues) {
    Checker(variables, more, issues).run(root);
}

} // namespace coracle::cel
