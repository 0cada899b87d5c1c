#include "core/api/json_reader.h"
#include "core/api/json_writer.h"
#include "core/api/protobuf.h"
#include "core/api/protobuf_wire.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

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
        // Most types declare their fields in the order of the numbers, and objects come in the order of declaration.
        if (std::ranges::is_sorted(type.fields, {}, &FieldInfo::protobufNumber)) {
            Members members(object);
            for (const FieldInfo &field : type.fields)
                fieldOf(field, object, members);
            return;
        }
        boost::container::small_vector<const FieldInfo *, 48> fields;
        for (const FieldInfo &field : type.fields)
            fields.push_back(&field);
        std::ranges::sort(fields, {}, &FieldInfo::protobufNumber);
        Members members(object);
        for (const FieldInfo *field : fields)
            fieldOf(*field, object, members);
    }

private:
    /// Finds members; quickly when they are asked for in the order in which they stand.
    class Members {
    public:
        explicit Members(const bj::object &object) : m_object(object), m_next(object.begin()) {}

        const bj::value *find(std::string_view name) {
            if (m_found == m_object.size())
                return nullptr;
            if (m_next != m_object.end() && m_next->key() == name) {
                ++m_found;
                return &(m_next++)->value();
            }
            const auto found = m_object.find(name);
            if (found == m_object.end())
                return nullptr;
            ++m_found;
            m_next = std::next(found);
            return &found->value();
        }

    private:
        const bj::object &m_object;
        bj::object::const_iterator m_next;
        size_t m_found = 0; ///< when all were found, the rest is absent
    };

    void fieldOf(const FieldInfo &field, const bj::object &object, Members &members) {
        if (field.protobufNumber == 0)
            return;
        if (field.inlined)
            nested(field.protobufNumber, [&] { message(*field.type, object); });
        else
            member(field, members.find(field.name));
    }

    /// A length-delimited field whose content is written by the function.
    template<class Write>
    void nested(uint32_t number, Write write) {
        wire::appendTag(m_out, number, wire::Bytes);
        const size_t begin = m_out.size();
        m_out += '\0';
        write();
        size_t size = m_out.size() - begin - 1;
        m_out[begin] = char(size < 0x80 ? size : size | 0x80);
        if (size < 0x80)
            return;
        char rest[9]; // most lengths take one byte, for which there is room already
        size_t count = 0;
        for (size >>= 7; size >= 0x80; size >>= 7)
            rest[count++] = char(size | 0x80);
        rest[count++] = char(size);
        m_out.insert(begin + 1, rest, count);
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
            wire::appendBytes(m_out, 1, !value ? "0" : value->is_number() ? bj::serialize(*value) : text(value));
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

/// What is stored was checked and brought into canonical form when it was written.
Result<bj::object> parseObject(std::string_view json, bj::storage_ptr storage) {
    bj::parse_options options;
    options.max_depth = JsonReader::kDepthMax;
    boost::system::error_code error;
    bj::value value = bj::parse(json, error, std::move(storage), options);
    if (error || !value.is_object())
        return errors::internal("the stored object is not a JSON object");
    return std::move(value.get_object());
}

} // namespace

std::string encodeMessage(const TypeInfo &type, const bj::object &object) {
    std::string out;
    MessageWriter(out).message(type, object);
    return out;
}

Result<std::string> jsonToMessage(std::string_view json, const TypeInfo &type, bj::storage_ptr storage) {
    TRY(const bj::object object, parseObject(json, std::move(storage)));
    return encodeMessage(type, object);
}

ProtobufFrame protobufFrame(std::string_view apiVersion, std::string_view kind, size_t messageBytes) {
    std::string typeMeta;
    wire::appendBytes(typeMeta, 1, apiVersion);
    wire::appendBytes(typeMeta, 2, kind);
    ProtobufFrame frame{std::string("k8s\0", 4), {}};
    wire::appendBytes(frame.begin, 1, typeMeta);
    wire::appendTag(frame.begin, 2, wire::Bytes);
    wire::appendVarint(frame.begin, messageBytes);
    wire::appendBytes(frame.end, 3, ""); // contentEncoding
    wire::appendBytes(frame.end, 4, ""); // contentType
    return frame;
}

std::string encodeProtobuf(const TypeInfo &type, const bj::object &object) {
    const std::string message = encodeMessage(type, object);
    ProtobufFrame frame =
        protobufFrame(text(object.if_contains("apiVersion")), text(object.if_contains("kind")), message.size());
    std::string out = std::move(frame.begin);
    out.reserve(out.size() + message.size() + frame.end.size());
    out += message;
    out += frame.end;
    return out;
}

Result<std::string> jsonToProtobuf(std::string_view json, const TypeInfo &type) {
    TRY(bj::object object, parseObject(json, {}));
    if (text(object.if_contains("apiVersion")).empty())
        object["apiVersion"] = "v1";
    return encodeProtobuf(type, object);
}

bool hasProtobuf(const TypeInfo &type) {
    return std::ranges::any_of(type.fields, [](const FieldInfo &field) { return field.protobufNumber != 0; });
}

} // namespace coracle::api
