#include "core/api/body_reader.h"

#include "core/api/int_or_string.h"
#include "core/api/json_access.h"
#include "core/api/json_writer.h"
#include "core/api/quantity.h"
#include "core/api/time.h"

#include <boost/container/small_vector.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::api {
namespace {

using Token = JsonReader::Token;
namespace bj = boost::json;

constexpr size_t kStrictErrorsMax = 100;

std::string_view goTokenName(Token token) {
    switch (token) {
    case Token::Object:
        return "object";
    case Token::Array:
        return "array";
    case Token::String:
        return "string";
    case Token::Number:
        return "number";
    case Token::Bool:
        return "bool";
    default:
        return "null";
    }
}

std::string goElementType(const FieldInfo &field) {
    switch (field.kind) {
    case ValueKind::Bool:
        return "bool";
    case ValueKind::Int32:
        return "int32";
    case ValueKind::Int64:
        return "int64";
    case ValueKind::Double:
        return "float64";
    case ValueKind::Bytes:
        return "[]uint8";
    case ValueKind::Struct: {
        const std::string_view package = field.type->package;
        return fmt::format("{}.{}", package.substr(package.find('/') + 1), field.type->name);
    }
    default:
        return "string";
    }
}

std::string goType(const FieldInfo &field) {
    const std::string_view prefix = field.container == Container::List  ? "[]"
                                    : field.container == Container::Map ? "map[string]"
                                                                        : "";
    return std::string(prefix) + goElementType(field);
}

bool isEmptyValue(const bj::value &value) {
    switch (value.kind()) {
    case bj::kind::string:
        return value.get_string().empty();
    case bj::kind::bool_:
        return !value.get_bool();
    case bj::kind::int64:
        return value.get_int64() == 0;
    case bj::kind::uint64:
        return value.get_uint64() == 0;
    case bj::kind::double_:
        return value.get_double() == 0;
    case bj::kind::array:
        return value.get_array().empty();
    case bj::kind::object:
        return value.get_object().empty();
    case bj::kind::null:
        return true;
    }
    return false;
}

/// Extends a path for as long as one value is read.
class PathScope {
public:
    PathScope(std::string &path, std::string_view part) : m_path(path), m_length(path.size()) {
        if (!m_path.empty() && !part.starts_with('['))
            m_path += '.';
        m_path += part;
    }
    ~PathScope() { m_path.resize(m_length); }

private:
    std::string &m_path;
    size_t m_length;
};

} // namespace

bool BodyReader::mismatch(std::string_view goType) {
    const std::string_view found = goTokenName(m_reader.peek());
    if (!m_reader.ok())
        return false;
    if (m_goPath.empty())
        return m_reader.fail(fmt::format("json: cannot unmarshal {} into Go value of type {}", found, goType));
    return m_reader.fail(fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", found,
                                     m_goStruct, m_goPath, goType));
}

void BodyReader::strict(std::string_view what, std::string_view member) {
    if (!m_collect || m_strictErrors.size() >= kStrictErrorsMax)
        return;
    m_strictErrors.push_back(fmt::format("{} field \"{}{}{}\"", what, m_path, m_path.empty() ? "" : ".", member));
}

bool BodyReader::readObject(const TypeInfo &type, bj::object &out) {
    if (m_reader.peek() != Token::Object) {
        FieldInfo self;
        self.kind = ValueKind::Struct;
        self.type = &type;
        return mismatch(goType(self));
    }
    FlatFields fields(type);
    boost::container::small_vector<bj::value, 48> slots;
    slots.reserve(fields.size());
    while (slots.size() < fields.size())
        slots.emplace_back(m_storage); // the tree's own storage, so that values move into it
    boost::container::small_vector<bool, 48> seen(fields.size());
    const std::string_view outer = std::exchange(m_goStruct, type.name);
    m_reader.beginObject();
    std::string_view key;
    while (m_reader.nextMember(key)) {
        const size_t index = fields.find(key);
        if (index == fields.size()) {
            strict("unknown", key);
            m_reader.skip();
            continue;
        }
        const FieldInfo &field = fields[index];
        if (seen[index])
            strict("duplicate", field.name);
        seen[index] = true;
        PathScope path(m_path, field.name), goPath(m_goPath, field.name);
        if (!value(field, slots[index]))
            return false;
    }
    m_goStruct = outer;
    if (!m_reader.ok())
        return false;
    out.reserve(fields.size() < 8 ? fields.size() : 8);
    for (size_t i = 0; i < fields.size(); ++i)
        place(fields[i], seen[i] ? &slots[i] : nullptr, out);
    return true;
}

/// Puts a member into the object, or its zero value, or leaves it out.
void BodyReader::place(const FieldInfo &field, bj::value *read, bj::object &out) {
    if (read && !read->is_null()) {
        // An empty list of owners means that they are to be forgotten.
        if (field.omitEmpty && !field.pointer && isEmptyValue(*read) && field.name != "managedFields")
            return;
        out.emplace(field.name, std::move(*read));
    } else if (bj::value empty = zero(field); !empty.is_null()) {
        out.emplace(field.name, std::move(empty));
    }
}

/// What Go writes for a member that was not set; null for what is left out of canonical trees.
bj::value BodyReader::zero(const FieldInfo &field) {
    if (field.omitEmpty || field.pointer || field.container != Container::None)
        return nullptr;
    switch (field.kind) {
    case ValueKind::String:
        return bj::value("", m_storage);
    case ValueKind::Bool:
        return false;
    case ValueKind::Int32:
    case ValueKind::Int64:
    case ValueKind::IntOrString:
    case ValueKind::Double:
        return int64_t(0);
    case ValueKind::Quantity:
        return bj::value("0", m_storage);
    case ValueKind::DurationText:
        return bj::value("0s", m_storage);
    case ValueKind::Struct:
        if (field.type->form == JsonForm::Object)
            return zeroObject(*field.type);
        return nullptr;
    default:
        return nullptr;
    }
}

bj::object BodyReader::zeroObject(const TypeInfo &type) {
    bj::object object(m_storage);
    for (const FieldInfo *field : FlatFields(type))
        place(*field, nullptr, object);
    return object;
}

bool BodyReader::value(const FieldInfo &field, bj::value &out) {
    if (m_reader.peek() == Token::Null) {
        out = nullptr;
        return m_reader.readNull();
    }
    switch (field.container) {
    case Container::List:
        return list(field, out);
    case Container::Map:
        return map(field, out);
    case Container::None:
        break;
    }
    return element(field, out);
}

bool BodyReader::list(const FieldInfo &field, bj::value &out) {
    if (m_reader.peek() != Token::Array)
        return mismatch(goType(field));
    bj::array array(m_storage);
    m_reader.beginArray();
    FieldInfo single = field;
    single.omitEmpty = single.pointer = false;
    single.container = Container::None;
    while (m_reader.nextElement()) {
        PathScope path(m_path, m_collect ? fmt::format("[{}]", array.size()) : std::string());
        bj::value &item = array.emplace_back(nullptr);
        if (m_reader.peek() == Token::Null) {
            m_reader.readNull();
            item = zero(single);
        } else if (!element(field, item)) {
            return false;
        }
    }
    out = std::move(array);
    return m_reader.ok();
}

bool BodyReader::map(const FieldInfo &field, bj::value &out) {
    if (m_reader.peek() != Token::Object)
        return mismatch(goType(field));
    bj::object object(m_storage);
    m_reader.beginObject();
    FieldInfo single = field;
    single.omitEmpty = single.pointer = false;
    single.container = Container::None;
    std::string_view key;
    while (m_reader.nextMember(key)) {
        if (object.contains(key))
            strict("duplicate", key);
        PathScope path(m_path, key);
        bj::value &item = object[key];
        item = nullptr;
        if (m_reader.peek() == Token::Null) {
            m_reader.readNull();
            item = zero(single);
        } else if (!element(field, item)) {
            return false;
        }
    }
    out = std::move(object);
    return m_reader.ok();
}

bool BodyReader::element(const FieldInfo &field, bj::value &out) {
    std::string_view text;
    bool flag = false;
    switch (field.kind) {
    case ValueKind::String:
        if (!string("string", text))
            return false;
        out = bj::string(text, m_storage);
        return true;
    case ValueKind::Bool:
        if (m_reader.peek() != Token::Bool)
            return mismatch("bool");
        m_reader.readBool(flag);
        out = flag;
        return m_reader.ok();
    case ValueKind::Int32:
    case ValueKind::Int64:
        return integer(field, out);
    case ValueKind::Double:
        return m_reader.peek() == Token::Number ? number(out) : mismatch("float64");
    case ValueKind::Bytes:
        return bytes(out);
    case ValueKind::Quantity:
        return quantity(out);
    case ValueKind::IntOrString:
        return intOrString(out);
    case ValueKind::Time:
        return parsed<Time>(out);
    case ValueKind::MicroTime:
        return parsed<MicroTime>(out);
    case ValueKind::DurationText:
        return parsed<DurationText>(out);
    case ValueKind::Raw:
        return raw(out);
    case ValueKind::Struct:
        if (field.type->form != JsonForm::Object)
            return form(*field.type, out);
        return readObject(*field.type, out.emplace_object());
    }
    return false;
}

/// A value whose JSON is not the object of its type's fields.
bool BodyReader::form(const TypeInfo &type, bj::value &out) {
    const FieldInfo &first = type.fields.front(), &last = type.fields.back();
    const Token token = m_reader.peek();
    if (type.form == JsonForm::List)
        return list(first, out);
    if (type.form == JsonForm::SchemaOrBool && token == Token::Bool)
        return element(first, out);
    if (type.form == JsonForm::SchemaOrBool)
        return token == Token::Object ? element(last, out) : m_reader.fail("boolean or JSON schema expected");
    if (token == Token::Array)
        return list(last, out);
    return element(first, out);
}

bool BodyReader::string(std::string_view goType, std::string_view &text) {
    if (m_reader.peek() != Token::String)
        return mismatch(goType);
    return m_reader.readString(text, m_buffer);
}

bool BodyReader::integer(const FieldInfo &field, bj::value &out) {
    if (m_reader.peek() != Token::Number)
        return mismatch(goElementType(field));
    std::string_view text;
    if (!m_reader.readNumber(text))
        return false;
    int64_t number = 0;
    const auto end = std::from_chars(text.begin(), text.end(), number);
    const bool fits = field.kind == ValueKind::Int64 || number == int32_t(number);
    if (end.ec != std::errc() || end.ptr != text.end() || !fits)
        return m_reader.fail(fmt::format("json: cannot unmarshal number {} into Go struct field {}.{} of type {}", text,
                                         m_goStruct, m_goPath, goElementType(field)));
    out = number;
    return true;
}

bool BodyReader::number(bj::value &out) {
    std::string_view text;
    if (!m_reader.readNumber(text))
        return false;
    int64_t whole = 0;
    if (const auto end = std::from_chars(text.begin(), text.end(), whole);
        end.ec == std::errc() && end.ptr == text.end()) {
        out = whole;
        return true;
    }
    double value = 0;
    if (std::from_chars(text.begin(), text.end(), value).ec != std::errc())
        return m_reader.fail(fmt::format("json: cannot unmarshal number {} into Go struct field {}.{} of type float64",
                                         text, m_goStruct, m_goPath));
    out = value;
    return true;
}

bool BodyReader::quantity(bj::value &out) {
    std::string_view text;
    const Token token = m_reader.peek();
    if (!(token == Token::String ? m_reader.readString(text, m_buffer) : m_reader.readRaw(text)))
        return false;
    auto quantity = Quantity::parse(text);
    if (!quantity)
        return m_reader.fail(quantity.error().message);
    out = bj::string(quantity->text(), m_storage);
    return true;
}

bool BodyReader::intOrString(bj::value &out) {
    std::string_view text;
    if (m_reader.peek() == Token::Number) {
        FieldInfo number;
        number.kind = ValueKind::Int32;
        return integer(number, out);
    }
    if (m_reader.peek() != Token::String)
        return mismatch("int32");
    if (!m_reader.readString(text, m_buffer))
        return false;
    out = bj::string(text, m_storage);
    return true;
}

/// A scalar with a text form of its own; an absent time becomes null.
template<class T>
bool BodyReader::parsed(bj::value &out) {
    std::string_view text;
    if (!string("string", text))
        return false;
    auto value = T::parse(text);
    if (!value)
        return m_reader.fail(value.error().message);
    if (const std::string canonical = value->text(); canonical.empty())
        out = nullptr;
    else
        out = bj::string(canonical, m_storage);
    return true;
}

bool BodyReader::bytes(bj::value &out) {
    std::string_view text;
    std::string decoded, canonical;
    if (!string("[]uint8", text))
        return false;
    if (!json::decodeBase64(text, decoded))
        return m_reader.fail("illegal base64 data");
    json::appendBase64(canonical, decoded);
    out = bj::string(canonical, m_storage);
    return true;
}

bool BodyReader::raw(bj::value &out) {
    std::string_view text;
    if (!m_reader.readRaw(text))
        return false;
    bj::parse_options options;
    options.max_depth = JsonReader::kDepthMax;
    boost::system::error_code error;
    out = bj::parse(text, error, m_storage, options);
    if (!error && !json::isFinite(out))
        return m_reader.fail("json: cannot unmarshal number into Go value of type float64: value out of range");
    return !error || m_reader.fail(error.message());
}

} // namespace coracle::api
