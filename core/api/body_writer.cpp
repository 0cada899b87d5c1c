#include "core/api/codec.h"
#include "core/api/flat_fields.h"
#include "core/api/json_writer.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <vector>

namespace coracle::api {
namespace {

namespace bj = boost::json;

/// Writes values by the tables, as Go's encoder would write the same object.
class BodyWriter {
public:
    explicit BodyWriter(std::string &out) : m_out(out) {}

    void object(const TypeInfo &type, const bj::object &object) {
        m_out += '{';
        const size_t begin = m_out.size();
        members(type, object);
        close(begin, '}');
    }

private:
    void members(const TypeInfo &type, const bj::object &object) {
        for (const FieldInfo &field : type.fields) {
            if (field.inlined)
                members(*field.type, object);
            else
                member(field, object.if_contains(field.name));
        }
    }

    void member(const FieldInfo &field, const bj::value *value) {
        const bool isNull = !value || value->is_null();
        if (field.omitEmpty && (isNull || (!field.pointer && isEmpty(*value))))
            return;
        json::appendString(m_out, field.name);
        m_out += ':';
        if (isNull)
            zero(field);
        else
            container(field, *value);
        m_out += ',';
    }

    /// Go's omitempty. A number or bool that is a struct member by value is empty when zero.
    static bool isEmpty(const bj::value &value) {
        if (value.is_string())
            return value.get_string().empty();
        if (value.is_array())
            return value.get_array().empty();
        if (value.is_object())
            return value.get_object().empty();
        if (value.is_bool())
            return !value.get_bool();
        return value.is_number() && value.to_number<double>() == 0;
    }

    void zero(const FieldInfo &field) {
        static const bj::object kNoMembers;
        if (field.pointer || field.container != Container::None) {
            m_out += "null";
            return;
        }
        switch (field.kind) {
        case ValueKind::String:
            m_out += "\"\"";
            break;
        case ValueKind::Bool:
            m_out += "false";
            break;
        case ValueKind::Int32:
        case ValueKind::Int64:
        case ValueKind::Double:
        case ValueKind::IntOrString:
            m_out += '0';
            break;
        case ValueKind::Quantity:
            m_out += "\"0\"";
            break;
        case ValueKind::DurationText:
            m_out += "\"0s\"";
            break;
        case ValueKind::Struct:
            if (field.type->form == JsonForm::Object)
                object(*field.type, kNoMembers);
            else
                m_out += "null";
            break;
        default:
            m_out += "null";
        }
    }

    void container(const FieldInfo &field, const bj::value &value) {
        if (field.container == Container::List && value.is_array()) {
            m_out += '[';
            const size_t begin = m_out.size();
            for (const bj::value &item : value.get_array()) {
                element(field, item);
                m_out += ',';
            }
            close(begin, ']');
        } else if (field.container == Container::Map && value.is_object()) {
            map(field, value.get_object());
        } else {
            element(field, value);
        }
    }

    /// Keys sorted, as Go writes maps.
    void map(const FieldInfo &field, const bj::object &object) {
        std::vector<const bj::key_value_pair *> entries;
        entries.reserve(object.size());
        for (const auto &entry : object)
            entries.push_back(&entry);
        std::ranges::sort(entries, {}, [](const auto *entry) { return std::string_view(entry->key()); });
        m_out += '{';
        const size_t begin = m_out.size();
        for (const auto *entry : entries) {
            json::appendString(m_out, entry->key());
            m_out += ':';
            element(field, entry->value());
            m_out += ',';
        }
        close(begin, '}');
    }

    void element(const FieldInfo &field, const bj::value &value) {
        if (field.kind != ValueKind::Struct) {
            any(value);
            return;
        }
        const TypeInfo &type = *field.type;
        const FieldInfo &first = type.fields.front(), &last = type.fields.back();
        switch (type.form) {
        case JsonForm::Object:
            value.is_object() ? object(type, value.get_object()) : any(value);
            break;
        case JsonForm::List:
            any(value);
            break;
        case JsonForm::SchemaOrBool:
            value.is_object() ? element(last, value) : any(value);
            break;
        case JsonForm::SchemaOrArray:
        case JsonForm::SchemaOrStrings:
            value.is_object() ? element(first, value) : container(last, value);
            break;
        }
    }

    /// A scalar or a value of any shape.
    void any(const bj::value &value) {
        if (value.is_string()) {
            json::appendString(m_out, value.get_string());
        } else if (value.is_int64()) {
            json::appendInt(m_out, value.get_int64());
        } else if (value.is_double()) {
            json::appendDouble(m_out, value.get_double());
        } else if (value.is_array()) {
            m_out += '[';
            const size_t begin = m_out.size();
            for (const bj::value &item : value.get_array()) {
                any(item);
                m_out += ',';
            }
            close(begin, ']');
        } else if (value.is_object()) {
            m_out += '{';
            const size_t begin = m_out.size();
            for (const auto &[key, item] : value.get_object()) {
                json::appendString(m_out, key);
                m_out += ':';
                any(item);
                m_out += ',';
            }
            close(begin, '}');
        } else {
            m_out += value.is_null()     ? "null"
                     : value.is_uint64() ? std::to_string(value.get_uint64())
                     : value.get_bool()  ? "true"
                                         : "false";
        }
    }

    /// Ends a container: its last comma becomes the closing character.
    void close(size_t begin, char end) {
        if (m_out.size() > begin)
            m_out.back() = end;
        else
            m_out += end;
    }

    std::string &m_out;
};

} // namespace

std::string encodeObject(const TypeInfo &type, const bj::object &object) {
    std::string out;
    BodyWriter(out).object(type, object);
    return out;
}

} // namespace coracle::api
