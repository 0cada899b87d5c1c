#include "core/cel/from_json.h"
#include "core/cel/value_data.h"

#include <cmath>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Value::Kind;

std::string quoted(std::string_view text, bool bytes) {
    std::string out = bytes ? "b\"" : "\"";
    for (const char c : text) {
        const auto byte = uint8_t(c);
        if (c == '"' || c == '\\')
            out += '\\', out += c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (byte < 0x20 || byte == 0x7F || (bytes && byte >= 0x80))
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out + '"';
}

std::string realText(double value) {
    if (std::isnan(value))
        return "double(\"NaN\")";
    if (std::isinf(value))
        return value < 0 ? "double(\"-Infinity\")" : "double(\"Infinity\")";
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".e") == text.npos)
        text += ".0";
    return text;
}

std::string containerText(const Value &value) {
    const bool map = value.kind() == Kind::Map;
    std::string text = map ? "{" : "[";
    bool first = true;
    value.forEachEntry([&](const Value &key, const Value &entry) {
        if (!first)
            text += ", ";
        first = false;
        if (map)
            text += key.text() + ": ";
        text += entry.text();
        return true;
    });
    return text + (map ? "}" : "]");
}

} // namespace

std::string Value::text() const {
    if (!DeepWork::visit())
        return {};
    switch (m_kind) {
    case Kind::Error:
        return "error: " + std::string(asString());
    case Kind::Null:
        return "null";
    case Kind::Bool:
        return asBool() ? "true" : "false";
    case Kind::Int:
        return std::to_string(asInt());
    case Kind::Uint:
        return std::to_string(asUint()) + "u";
    case Kind::Double:
        return realText(asDouble());
    case Kind::String:
        return quoted(asString(), false);
    case Kind::Bytes:
        return quoted(asString(), true);
    case Kind::Timestamp:
        return "timestamp(\"" + timestampText(asTimestamp()) + "\")";
    case Kind::Duration:
        return "duration(\"" + durationText(asInt()) + "\")";
    case Kind::List:
    case Kind::Map:
        return containerText(*this);
    case Kind::Optional:
        return optionalValue() ? "optional.of(" + optionalValue()->text() + ")" : "optional.none()";
    case Kind::TypeValue:
        return typeText(asType());
    case Kind::Opaque:
        return std::string(typeName(*this));
    }
    return {};
}

} // namespace coracle::cel
