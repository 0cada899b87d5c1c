#include "core/cel/unifier.h"

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

bool nullable(Kind kind) {
    return kind == Kind::Null || kind == Kind::Object || kind == Kind::Opaque || kind == Kind::Optional ||
           kind == Kind::Duration || kind == Kind::Timestamp;
}

bool lessOrEquallySpecific(const Type &a, const Type &b) {
    if (a->kind == Kind::Dyn || a->kind == Kind::Parameter)
        return true;
    if (b->kind == Kind::Dyn || b->kind == Kind::Parameter || a->kind != b->kind)
        return false;
    if (a->kind == Kind::TypeType)
        return true;
    if (a->params.empty())
        return Unifier::same(a, b);
    for (size_t i = 0; i < a->params.size(); ++i)
        if (!lessOrEquallySpecific(a->params[i], b->params[i]))
            return false;
    return true;
}

} // namespace

Type Unifier::fresh() {
    return parameterType("%" + std::to_string(m_count++));
}

bool Unifier::same(const Type &a, const Type &b) {
    if (a == b)
        return true;
    if (a->kind != b->kind || a->params.size() != b->params.size())
        return false;
    // Two objects of schemas are the same type only if they are the same node; their names say nothing.
    if (a->kind == Kind::Object)
        return a->fields.empty() && b->fields.empty();
    if (a->name != b->name)
        return false;
    for (size_t i = 0; i < a->params.size(); ++i)
        if (!same(a->params[i], b->params[i]))
            return false;
    return true;
}

const Type &Unifier::mostGeneral(const Type &a, const Type &b) {
    return lessOrEquallySpecific(a, b) ? a : b;
}

bool Unifier::assign(const Type &type, const Type &wanted) {
    return assignAll({type}, {wanted});
}

bool Unifier::assignAll(const std::vector<Type> &types, const std::vector<Type> &wanted) {
    if (types.size() != wanted.size())
        return false;
    Bindings bindings = m_bindings;
    for (size_t i = 0; i < types.size(); ++i)
        if (!assignable(bindings, types[i], wanted[i]))
            return false;
    m_bindings = std::move(bindings);
    return true;
}

bool Unifier::assignable(Bindings &bindings, const Type &type, const Type &wanted) {
    bool bound = false;
    if (wanted->kind == Kind::Parameter) {
        if (bind(bindings, type, wanted, bound))
            return true;
        if (bound)
            return false;
    }
    if (type->kind == Kind::Parameter)
        return bind(bindings, wanted, type, bound);
    if (type->kind == Kind::Dyn || wanted->kind == Kind::Dyn)
        return true;
    if (type->kind == Kind::Null)
        return nullable(wanted->kind);
    if (wanted->kind == Kind::Null)
        return nullable(type->kind);
    if (type->kind != wanted->kind)
        return false;
    if (type->kind == Kind::TypeType)
        return true;
    if (type->params.empty() || wanted->params.empty())
        return same(type, wanted);
    if (type->name != wanted->name || type->params.size() != wanted->params.size())
        return false;
    for (size_t i = 0; i < type->params.size(); ++i)
        if (!assignable(bindings, type->params[i], wanted->params[i]))
            return false;
    return true;
}

bool Unifier::bind(Bindings &bindings, const Type &type, const Type &parameter, bool &bound) {
    bound = true;
    if (same(type, parameter))
        return true;
    if (const auto at = bindings.find(parameter->name); at != bindings.end()) {
        const Type before = at->second;
        if (same(type, before))
            return true;
        if (!assignable(bindings, type, before))
            return false;
        const Type general = mostGeneral(type, before);
        if (!occurs(bindings, parameter, general))
            bindings[parameter->name] = general;
        return true;
    }
    bound = false;
    if (occurs(bindings, parameter, type))
        return false;
    bindings.emplace(parameter->name, type);
    return true;
}

bool Unifier::occurs(const Bindings &bindings, const Type &parameter, const Type &within) {
    if (within->kind == Kind::Parameter) {
        if (within->name == parameter->name)
            return true;
        const auto at = bindings.find(within->name);
        return at != bindings.end() && occurs(bindings, parameter, at->second);
    }
    for (const Type &param : within->params)
        if (occurs(bindings, parameter, param))
            return true;
    return false;
}

Type Unifier::resolve(const Type &type, bool final) const {
    return replace(m_bindings, type, final);
}

Type Unifier::replace(const Bindings &bindings, const Type &type, bool final) {
    if (type->kind == Kind::Parameter) {
        if (const auto at = bindings.find(type->name); at != bindings.end())
            return replace(bindings, at->second, final);
        return final ? dynType() : type;
    }
    if (type->params.empty())
        return type;
    std::vector<Type> params;
    bool changed = false;
    for (const Type &param : type->params) {
        params.push_back(replace(bindings, param, final));
        changed = changed || params.back() != param;
    }
    if (!changed)
        return type;
    auto copy = std::make_shared<TypeNode>(*type);
    copy->nodes = TypeNode::countNodes(params);
    copy->params = std::move(params);
    return copy;
}

std::vector<Type> Unifier::instantiate(const std::vector<Type> &types) {
    Bindings parameters;
    const auto collect = [&](const auto &self, const Type &type) -> void {
        if (type->kind == Kind::Parameter && !parameters.contains(type->name))
            parameters.emplace(type->name, fresh());
        for (const Type &param : type->params)
            self(self, param);
    };
    for (const Type &type : types)
        collect(collect, type);
    if (parameters.empty())
        return types;
    std::vector<Type> made;
    for (const Type &type : types)
        made.push_back(replace(parameters, type, false));
    return made;
}

} // namespace coracle::cel
