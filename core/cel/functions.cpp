#include "core/cel/functions.h"

#include <cctype>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

/// Reads the types of a signature.
class SignatureReader {
public:
    explicit SignatureReader(std::string_view text) : m_rest(text) {}

    Overload read() {
        Overload overload;
        if (!at("->") && !at(".(")) {
            overload.params.push_back(type());
            overload.member = take(".(");
            if (overload.member && take(")"))
                return take("->"), overload.result = type(), overload;
            if (overload.member)
                overload.params.push_back(type());
        }
        while (take(","))
            overload.params.push_back(type());
        take(")");
        take("->");
        overload.result = type();
        return overload;
    }

private:
    bool at(std::string_view symbol) {
        while (m_rest.starts_with(' '))
            m_rest.remove_prefix(1);
        return m_rest.starts_with(symbol);
    }

    bool take(std::string_view symbol) {
        const bool there = at(symbol);
        if (there)
            m_rest.remove_prefix(symbol.size());
        return there;
    }

    Type type() {
        at("");
        size_t length = 0;
        while (length < m_rest.size() && (std::isalnum(uint8_t(m_rest[length])) || m_rest[length] == '_' ||
                                          (m_rest[length] == '.' && m_rest.substr(length, 2) != ".(")))
            ++length;
        const std::string name(m_rest.substr(0, length));
        m_rest.remove_prefix(length);
        std::vector<Type> params;
        if (take("(")) {
            do
                params.push_back(type());
            while (take(","));
            take(")");
        }
        return named(name, params);
    }

    static Type named(const std::string &name, const std::vector<Type> &params) {
        for (const Type &simple : {dynType(), nullType(), boolType(), intType(), uintType(), doubleType(), stringType(),
                                   bytesType(), timestampType(), durationType()})
            if (typeText(simple) == name)
                return simple;
        if (name == "list")
            return listType(params[0]);
        if (name == "map")
            return mapType(params[0], params[1]);
        if (name == "optional")
            return optionalType(params[0]);
        if (name == "type")
            return typeType(params[0]);
        return name.size() == 1 ? parameterType(name) : opaqueType(name);
    }

    std::string_view m_rest;
};

} // namespace

void FunctionTable::add(std::string_view name, std::string_view id, std::string_view signature, Implementation call,
                        CostKind cost, uint64_t fixedCost) {
    Overload overload = SignatureReader(signature).read();
    overload.id = id;
    overload.call = call;
    overload.cost = cost;
    overload.fixedCost = fixedCost;
    add(name, std::move(overload));
}

void FunctionTable::add(std::string_view name, Overload overload) {
    Function &function = m_functions[std::string(name)];
    function.name = name;
    function.overloads.push_back(std::move(overload));
}

const Function *FunctionTable::find(std::string_view name) const {
    const auto at = m_functions.find(name);
    return at == m_functions.end() ? nullptr : &at->second;
}

const FunctionTable &standardFunctions() {
    static const FunctionTable table = [] {
        FunctionTable made;
        for (const auto add : {addOperators, addStandardLibrary, addTimeLibrary, addStringsLibrary, addListsLibrary,
                               addSetsLibrary, addRegexLibrary, addUrlLibrary, addNetworkLibrary, addQuantityLibrary,
                               addSemverLibrary, addFormatLibrary, addOptionalLibrary})
            add(made);
        return made;
    }();
    return table;
}

bool fits(const Value &value, const TypeNode &type) {
    switch (type.kind) {
    case Kind::Dyn:
    case Kind::Parameter:
        return true;
    case Kind::Null:
        return value.kind() == Value::Kind::Null;
    case Kind::Bool:
        return value.kind() == Value::Kind::Bool;
    case Kind::Int:
        return value.kind() == Value::Kind::Int;
    case Kind::Uint:
        return value.kind() == Value::Kind::Uint;
    case Kind::Double:
        return value.kind() == Value::Kind::Double;
    case Kind::String:
        return value.kind() == Value::Kind::String;
    case Kind::Bytes:
        return value.kind() == Value::Kind::Bytes;
    case Kind::Timestamp:
        return value.kind() == Value::Kind::Timestamp;
    case Kind::Duration:
        return value.kind() == Value::Kind::Duration;
    case Kind::List:
        return value.kind() == Value::Kind::List;
    case Kind::Map:
    case Kind::Object:
        return value.kind() == Value::Kind::Map;
    case Kind::Optional:
        return value.kind() == Value::Kind::Optional;
    case Kind::TypeType:
        return value.kind() == Value::Kind::TypeValue;
    case Kind::Opaque:
        return value.kind() == Value::Kind::Opaque && value.asOpaque().typeName() == type.name;
    }
    return false;
}

Value noSuchOverload() {
    return Value::error("no such overload");
}

Value textTooLong() {
    return Value::error("the text is longer than 16 MiB");
}

} // namespace coracle::cel
