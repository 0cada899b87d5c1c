#pragma once

#include "core/cel/type.h"

#include <map>
#include <string>
#include <vector>

namespace coracle::cel {

/// The types that stand for type parameters while an expression is checked. Follows the language definition: dyn fits
/// everything, null fits objects and times, and a parameter becomes the more general of what it has to fit.
class Unifier {
public:
    /// A parameter that no other type knows.
    Type fresh();
    /// Whether a value of `type` can be used where `wanted` is; binds parameters on success only.
    bool assign(const Type &type, const Type &wanted);
    bool assignAll(const std::vector<Type> &types, const std::vector<Type> &wanted);
    /// The type with its bound parameters replaced, and with `final` the unbound ones by dyn.
    Type resolve(const Type &type, bool final = false) const;
    /// A declaration's types with fresh parameters.
    std::vector<Type> instantiate(const std::vector<Type> &types);

    static const Type &mostGeneral(const Type &a, const Type &b);
    static bool same(const Type &a, const Type &b);

private:
    using Bindings = std::map<std::string, Type, std::less<>>;

    static bool assignable(Bindings &bindings, const Type &type, const Type &wanted);
    /// Whether `parameter` can stand for `type`; `bound`: it stands for something already.
    static bool bind(Bindings &bindings, const Type &type, const Type &parameter, bool &bound);
    static bool occurs(const Bindings &bindings, const Type &parameter, const Type &within);
    static Type replace(const Bindings &bindings, const Type &type, bool final);

    Bindings m_bindings;
    unsigned m_count = 0;
};

} // namespace coracle::cel
