#include "core/api/flat_fields.h"
#include "core/api/json_writer.h"
#include "core/api/protobuf.h"
#include "core/api/protobuf_wire.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::api {
namespace {

namespace bj = boost::json;

std::string_view text(const bj::value *value) {
    const auto *string = value ? value->if_string() : nullptr;
    return string ? std::string_view(*string) : std::string_view();
}

int64_t integer(const bj::value *value) {
    return !value ? 0 : value->is_int64() ? value->get_int64() : value->is_double() ? int64_t(value->get_double()) : 0;
}

/// Writes messages in Go's canonical form: fields by number; scalars and structs by value always, pointers only when
/// set, lists and maps only their entries, maps sorted by key.
class MessageWriter {
public:
    explicit MessageWriter(std::string &out) : m_out(out) {}

    void message(const TypeInfo &type, const bj::object &object) {
        boost::container::small_vector<const FieldInfo *, 48> fields;
        for (const FieldInfo &field : type.fields) {
            if (field.protobufNumber != 0)
                fields.push_back(&field);
        }
        std::ranges::sort(fields, {}, &FieldInfo::protobufNumber);
        for (const FieldInfo *field : fields) {
            if (field->inlined)
                nested(field->protobufNumber, [&] { message(*field->type, object); });
            else
                member(*field, object.if_contains(field->name));
        }
    }

private:
    /// A length-delimited field whose content is written by the function.
    template<class Write>
    void nested(uint32_t number, Write write) {
        wire::appendTag(m_out, number, wire::Bytes);
        const size_t begin = m_out.size();
        write();
        std::string length;
        wire::appendVarint(length, m_out.size() - begin);
        m_out.insert(begin, length);
    }

    void member(const FieldInfo &field, const bj::value *value) {
        const bool absent = !value || value->is_null();
        if (field.container == Container::List) {
            if (const bj::array *items = absent ? nullptr : value->if_array()) {
                for (const bj::value &item : *items)
                    single(field, field.protobufNumber, &item);
            }
        } else if (field.container == Container::Map) {
            if (const bj::object *entries = absent ? nullptr : value->if_object())
                map(field, *entries);
        } else if (!absent || isWrittenWhenAbsent(field)) {
            single(field, field.protobufNumber, absent ? nullptr : value);
        }
    }

    static bool isWrittenWhenAbsent(const FieldInfo &field) {
        return !field.pointer && field.kind != ValueKind::Bytes &&
               !(field.kind == ValueKind::Struct && field.type->form == JsonForm::List);
    }

    void map(const FieldInfo &field, const bj::object &object) {
        std::vector<const bj::key_value_pair *> entries;
        for (const auto &entry : object)
            entries.push_back(&entry);
        std::ranges::sort(entries, {}, [](const auto *entry) { return std::string_view(entry->key()); });
        for (const auto *entry : entries) {
            nested(field.protobufNumber, [&] {
                wire::appendBytes(m_out, 1, entry->key());
                single(field, 2, &entry->value());
            });
        }
    }

    /// One value, not a list or map; null: the zero value.
    void single(const FieldInfo &field, uint32_t number, const bj::value *value) {
        switch (field.kind) {
        case ValueKind::String:
            wire::appendBytes(m_out, number, text(value));
            break;
        case ValueKind::Bool:
            wire::appendInt(m_out, number, value && value->is_bool() && value->get_bool());
            break;
        case ValueKind::Int32:
        case ValueKind::Int64:
            wire::appendInt(m_out, number, integer(value));
            break;
        case ValueKind::Double:
            wire::appendDouble(m_out, number, value && value->is_number() ? value->to_number<double>() : 0);
            break;
        case ValueKind::Bytes: {
            std::string bytes;
            json::decodeBase64(text(value), bytes);
            wire::appendBytes(m_out, number, bytes);
            break;
        }
        case ValueKind::Struct:
            nested(number, [&] { structure(*field.type, value); });
            break;
        default:
            nested(number, [&] { special(field.kind, value); });
        }
    }

    /// Scalars of JSON that are messages here.
    void special(ValueKind kind, const bj::value *value) {
        if (kind == ValueKind::Quantity) {
            wire::appendBytes(m_out, 1, value ? text(value) : "0");
        } else if (kind == ValueKind::IntOrString) {
            const bool isText = value && value->is_string();
            wire::appendInt(m_out, 1, isText);
            wire::appendInt(m_out, 2, isText ? 0 : integer(value));
            wire::appendBytes(m_out, 3, text(value));
        } else if (kind == ValueKind::DurationText) {
            const auto duration = DurationText::parse(text(value));
            wire::appendInt(m_out, 1, duration ? duration->value.count() : 0);
        } else if (kind == ValueKind::Raw) {
            if (value)
                wire::appendBytes(m_out, 1, bj::serialize(*value));
        } else if (value) {
            time(text(value));
        }
    }

    /// An absent time is an empty message.
    void time(std::string_view text) {
        const auto point = MicroTime::parse(text);
        if (!point || point->isZero())
            return;
        const auto seconds = std::chrono::floor<std::chrono::seconds>(**point);
        wire::appendInt(m_out, 1, seconds.time_since_epoch().count());
        wire::appendInt(m_out, 2, std::chrono::nanoseconds(**point - seconds).count());
    }

    void structure(const TypeInfo &type, const bj::value *value) {
        static const bj::object kNoMembers;
        const FieldInfo &first = type.fields.front(), &last = type.fields.back();
        const bj::object *object = value ? value->if_object() : nullptr;
        if (type.form == JsonForm::Object) {
            message(type, object ? *object : kNoMembers);
        } else if (type.form == JsonForm::List) {
            member(first, value);
        } else if (type.form == JsonForm::SchemaOrBool) {
            wire::appendInt(m_out, first.protobufNumber, object || (value && value->is_bool() && value->get_bool()));
            if (object)
                single(last, last.protobufNumber, value);
        } else if (object) {
            single(first, first.protobufNumber, value);
        } else {
            member(last, value);
        }
    }

    std::string &m_out;
};

} // namespace

std::string encodeMessage(const TypeInfo &type, const bj::object &object) {
    std::string out;
    MessageWriter(out).message(type, object);
    return out;
}

std::string encodeProtobuf(const TypeInfo &type, const bj::object &object) {
    std::string typeMeta;
    wire::appendBytes(typeMeta, 1, text(object.if_contains("apiVersion")));
    wire::appendBytes(typeMeta, 2, text(object.if_contains("kind")));
    std::string out("k8s\0", 4);
    wire::appendBytes(out, 1, typeMeta);
    wire::appendBytes(out, 2, encodeMessage(type, object));
    wire::appendBytes(out, 3, ""); // contentEncoding
    wire::appendBytes(out, 4, ""); // contentType
    return out;
}

} // namespace coracle::api
