#include "core/cel/from_json.h"
#include "core/cel/functions.h"
#include "core/cel/text.h"
#include "core/cel/value_data.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Value::Kind;
using Arguments = std::span<const Value>;

Value conversionError(std::string_view from, std::string_view to) {
    return Value::error(fmt::format("type conversion error from '{}' to '{}'", from, to));
}

/// The whole text as a number, as Go's strconv reads it; false when it is none.
template<class T>
bool parseNumber(std::string_view text, T &value) {
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-' && std::is_signed_v<T>)
        text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Value sizeOf(Arguments a) {
    return Value::integer(int64_t(actualSize(a[0])));
}

Value same(Arguments a) {
    return a[0];
}

Value typeOf(Arguments a) {
    static const Type kList = listType(dynType()), kMap = mapType(dynType(), dynType()), kTypeType = typeType(nullptr),
                      kOptional = optionalType(dynType());
    switch (a[0].kind()) {
    case Kind::Bool:
        return Value::typeValue(boolType());
    case Kind::Int:
        return Value::typeValue(intType());
    case Kind::Uint:
        return Value::typeValue(uintType());
    case Kind::Double:
        return Value::typeValue(doubleType());
    case Kind::String:
        return Value::typeValue(stringType());
    case Kind::Bytes:
        return Value::typeValue(bytesType());
    case Kind::Timestamp:
        return Value::typeValue(timestampType());
    case Kind::Duration:
        return Value::typeValue(durationType());
    case Kind::List:
        return Value::typeValue(kList);
    case Kind::Map:
        return Value::typeValue(kMap);
    case Kind::Optional:
        return Value::typeValue(kOptional);
    case Kind::TypeValue:
        return Value::typeValue(kTypeType);
    case Kind::Opaque:
        return Value::typeValue(opaqueType(std::string(a[0].asOpaque().typeName())));
    default:
        return Value::typeValue(nullType());
    }
}

Value toInt(Arguments a) {
    const Value &value = a[0];
    switch (value.kind()) {
    case Kind::Uint:
        return value.asUint() > uint64_t(INT64_MAX) ? Value::error("integer overflow")
                                                    : Value::integer(int64_t(value.asUint()));
    case Kind::Double:
        if (!(value.asDouble() > -0x1p63 && value.asDouble() < 0x1p63))
            return Value::error("integer overflow");
        return Value::integer(int64_t(value.asDouble()));
    case Kind::Timestamp:
        return Value::integer(value.asTimestamp().seconds);
    case Kind::Duration:
        return Value::integer(value.asInt());
    case Kind::String: {
        int64_t number = 0;
        return parseNumber(value.asString(), number) ? Value::integer(number) : conversionError("string", "int");
    }
    default:
        return value;
    }
}

Value toUint(Arguments a) {
    const Value &value = a[0];
    switch (value.kind()) {
    case Kind::Int:
        return value.asInt() < 0 ? Value::error("unsigned integer overflow") : Value::uinteger(uint64_t(value.asInt()));
    case Kind::Double:
        if (!(value.asDouble() >= 0 && value.asDouble() < 0x1p64))
            return Value::error("unsigned integer overflow");
        return Value::uinteger(uint64_t(value.asDouble()));
    case Kind::String: {
        uint64_t number = 0;
        return parseNumber(value.asString(), number) ? Value::uinteger(number) : conversionError("string", "uint");
    }
    default:
        return value;
    }
}

Value toDouble(Arguments a) {
    const Value &value = a[0];
    switch (value.kind()) {
    case Kind::Int:
        return Value::real(double(value.asInt()));
    case Kind::Uint:
        return Value::real(double(value.asUint()));
    case Kind::String: {
        double number = 0;
        return parseNumber(value.asString(), number) ? Value::real(number) : conversionError("string", "double");
    }
    default:
        return value;
    }
}

Value toString(Arguments a) {
    const Value &value = a[0];
    switch (value.kind()) {
    case Kind::Bool:
        return Value::string(value.asBool() ? "true" : "false");
    case Kind::Int:
        return Value::string(std::to_string(value.asInt()));
    case Kind::Uint:
        return Value::string(std::to_string(value.asUint()));
    case Kind::Double:
        return Value::string(realText(value.asDouble()));
    case Kind::Bytes:
        return isUtf8(value.asString()) ? Value::string(std::string(value.asString()))
                                        : Value::error("invalid UTF-8 in bytes, cannot convert to string");
    case Kind::Timestamp:
        return Value::string(timestampText(value.asTimestamp()));
    case Kind::Duration:
        return Value::string(durationText(value.asInt()));
    default:
        return value;
    }
}

Value toBytes(Arguments a) {
    return a[0].kind() == Kind::Bytes ? a[0] : Value::bytes(std::string(a[0].asString()));
}

Value toBool(Arguments a) {
    if (a[0].kind() == Kind::Bool)
        return a[0];
    const std::string_view text = a[0].asString();
    for (const std::string_view word : {"1", "t", "T", "true", "TRUE", "True"})
        if (text == word)
            return Value::boolean(true);
    for (const std::string_view word : {"0", "f", "F", "false", "FALSE", "False"})
        if (text == word)
            return Value::boolean(false);
    return conversionError("string", "bool");
}

Value containsText(Arguments a) {
    return Value::boolean(findText(a[0].asString(), a[1].asString()) != std::string_view::npos);
}

Value startsWith(Arguments a) {
    return Value::boolean(a[0].asString().starts_with(a[1].asString()));
}

Value endsWith(Arguments a) {
    return Value::boolean(a[0].asString().ends_with(a[1].asString()));
}

} // namespace

void addStandardLibrary(FunctionTable &table) {
    for (const char *type : {"bytes", "list(A)", "map(A, B)", "string"}) {
        const std::string name = std::string(type).substr(0, std::string_view(type).find('('));
        table.add("size", "size_" + name, fmt::format("{} -> int", type), sizeOf);
        table.add("size", name + "_size", fmt::format("{}.() -> int", type), sizeOf);
    }
    table.add("type", "type", "A -> type(A)", typeOf);
    table.add("dyn", "to_dyn", "A -> dyn", same);
    for (const char *from : {"int", "double", "duration", "string", "timestamp", "uint"})
        table.add("int", fmt::format("{}_to_int64", from), fmt::format("{} -> int", from), toInt);
    for (const char *from : {"uint", "double", "int", "string"})
        table.add("uint", fmt::format("{}_to_uint64", from), fmt::format("{} -> uint", from), toUint);
    for (const char *from : {"double", "int", "string", "uint"})
        table.add("double", fmt::format("{}_to_double", from), fmt::format("{} -> double", from), toDouble);
    for (const char *from : {"string", "bool", "double", "duration", "int", "timestamp", "uint"})
        table.add("string", fmt::format("{}_to_string", from), fmt::format("{} -> string", from), toString);
    table.add("string", "bytes_to_string", "bytes -> string", toString, CostKind::ToString);
    table.add("bytes", "bytes_to_bytes", "bytes -> bytes", toBytes);
    table.add("bytes", "string_to_bytes", "string -> bytes", toBytes, CostKind::ToBytes);
    table.add("bool", "bool_to_bool", "bool -> bool", toBool);
    table.add("bool", "string_to_bool", "string -> bool", toBool);
    table.add("contains", "contains_string", "string.(string) -> bool", containsText, CostKind::Contains);
    table.add("startsWith", "starts_with_string", "string.(string) -> bool", startsWith, CostKind::Affix);
    table.add("endsWith", "ends_with_string", "string.(string) -> bool", endsWith, CostKind::Affix);
}

} // namespace coracle::cel
