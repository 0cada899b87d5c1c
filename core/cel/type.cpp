#include "core/cel/type.h"

#include <algorithm>

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;

Type simple(Kind kind) {
    auto node = std::make_shared<TypeNode>();
    node->kind = kind;
    return node;
}

Type with(Kind kind, std::vector<Type> params, std::string name = {}) {
    auto node = std::make_shared<TypeNode>();
    node->kind = kind;
    node->nodes = TypeNode::countNodes(params);
    node->params = std::move(params);
    node->name = std::move(name);
    return node;
}

std::string_view baseName(const TypeNode &type) {
    switch (type.kind) {
    case Kind::Dyn:
        return "dyn";
    case Kind::Null:
        return "null";
    case Kind::Bool:
        return "bool";
    case Kind::Int:
        return "int";
    case Kind::Uint:
        return "uint";
    case Kind::Double:
        return "double";
    case Kind::String:
        return "string";
    case Kind::Bytes:
        return "bytes";
    case Kind::Timestamp:
        return "timestamp";
    case Kind::Duration:
        return "duration";
    case Kind::List:
        return "list";
    case Kind::Map:
        return "map";
    case Kind::Optional:
        return "optional_type";
    case Kind::TypeType:
        return "type";
    case Kind::Object:
    case Kind::Opaque:
    case Kind::Parameter:
        break;
    }
    return type.name;
}

} // namespace

uint32_t TypeNode::countNodes(const std::vector<Type> &params) {
    uint64_t count = 1;
    for (const Type &param : params)
        count += param->nodes;
    return uint32_t(std::min<uint64_t>(count, UINT32_MAX));
}

const Field *TypeNode::field(std::string_view wanted) const {
    const auto at = std::lower_bound(fields.begin(), fields.end(), wanted,
                                     [](const Field &field, std::string_view text) { return field.name < text; });
    return at != fields.end() && at->name == wanted ? &*at : nullptr;
}

#define CORACLE_CEL_SIMPLE(function, kind)                                                                             \
    const Type &function() {                                                                                           \
        static const Type type = simple(Kind::kind);                                                                   \
        return type;                                                                                                   \
    }
CORACLE_CEL_SIMPLE(dynType, Dyn)
CORACLE_CEL_SIMPLE(nullType, Null)
CORACLE_CEL_SIMPLE(boolType, Bool)
CORACLE_CEL_SIMPLE(intType, Int)
CORACLE_CEL_SIMPLE(uintType, Uint)
CORACLE_CEL_SIMPLE(doubleType, Double)
CORACLE_CEL_SIMPLE(stringType, String)
CORACLE_CEL_SIMPLE(bytesType, Bytes)
CORACLE_CEL_SIMPLE(timestampType, Timestamp)
CORACLE_CEL_SIMPLE(durationType, Duration)
#undef CORACLE_CEL_SIMPLE

Type listType(Type element) {
    return with(Kind::List, {std::move(element)});
}

Type mapType(Type key, Type value) {
    return with(Kind::Map, {std::move(key), std::move(value)});
}

Type optionalType(Type value) {
    return with(Kind::Optional, {std::move(value)});
}

Type opaqueType(std::string name) {
    return with(Kind::Opaque, {}, std::move(name));
}

Type typeType(Type of) {
    return with(Kind::TypeType, of ? std::vector<Type>{std::move(of)} : std::vector<Type>{});
}

Type parameterType(std::string name) {
    return with(Kind::Parameter, {}, std::move(name));
}

Type objectType(std::string name, std::vector<Field> fields) {
    auto node = std::make_shared<TypeNode>();
    node->kind = Kind::Object;
    node->name = std::move(name);
    node->fields = std::move(fields);
    std::sort(node->fields.begin(), node->fields.end(), [](const Field &a, const Field &b) { return a.name < b.name; });
    return node;
}

std::string typeText(const Type &type) {
    std::string text(baseName(*type));
    if (type->params.empty())
        return text;
    text += '(';
    for (size_t i = 0; i < type->params.size(); ++i) {
        if (i > 0)
            text += ", ";
        text += typeText(type->params[i]);
    }
    return text + ')';
}

} // namespace coracle::cel
