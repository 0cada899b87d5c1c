#include "core/api/json_writer.h"
#include "core/api/protobuf.h"
#include "core/api/protobuf_wire.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace coracle::api {
namespace {

namespace bj = boost::json;

constexpr std::string_view kMagic("k8s\0", 4);
constexpr int kDepthMax = 200;

/// Reads messages into trees. Members that JSON leaves out are left out.
class MessageReader {
public:
    bool message(std::string_view bytes, const TypeInfo &type, bj::object &out) {
        if (++m_depth > kDepthMax)
            return fail("exceeded max depth");
        wire::Reader reader(bytes);
        wire::Field field;
        while (reader.next(field)) {
            const auto info = std::ranges::find(type.fields, field.number, &FieldInfo::protobufNumber);
            if (info != type.fields.end() && !member(*info, field, out))
                return false;
        }
        --m_depth;
        return reader.valid() || fail(fmt::format("{}: not a protobuf message", type.name));
    }

    const std::string &error() const { return m_error; }

private:
    bool fail(std::string message) {
        if (m_error.empty())
            m_error = std::move(message);
        return false;
    }

    bool member(const FieldInfo &info, const wire::Field &field, bj::object &out) {
        const bool packed =
            info.container == Container::List && info.protobufWire == wire::Varint && field.type == wire::Bytes;
        if (field.type != info.protobufWire && !packed)
            return fail(fmt::format("{}: wrong wire type", info.name));
        if (info.inlined)
            return message(field.bytes, *info.type, out);
        switch (info.container) {
        case Container::List:
            return packed ? packedList(info, field.bytes, out)
                          : single(info, field, list(info, out).emplace_back(nullptr));
        case Container::Map:
            return entry(info, field.bytes, out);
        case Container::None:
            break;
        }
        bj::value value;
        if (!single(info, field, value))
            return false;
        const bool noText = value.is_string() && value.get_string().empty() && info.kind != ValueKind::IntOrString;
        const bool empty = value.is_null() || noText || (value.is_bool() && !value.get_bool()) ||
                           (value.is_int64() && value.get_int64() == 0) ||
                           (value.is_double() && value.get_double() == 0);
        if (empty && !info.pointer)
            out.erase(info.name);
        else
            out[info.name] = std::move(value);
        return true;
    }

    static bj::array &list(const FieldInfo &info, bj::object &out) {
        bj::value &member = out[info.name];
        return member.is_array() ? member.get_array() : member.emplace_array();
    }

    bool packedList(const FieldInfo &info, std::string_view bytes, bj::object &out) {
        wire::Reader reader(bytes);
        wire::Field item;
        while (reader.nextPacked(item.scalar)) {
            if (!single(info, item, list(info, out).emplace_back(nullptr)))
                return false;
        }
        return reader.valid() || fail(fmt::format("{}: not a packed list", info.name));
    }

    /// An entry of a map: key 1, value 2; an absent one is empty.
    bool entry(const FieldInfo &info, std::string_view bytes, bj::object &out) {
        wire::Reader reader(bytes);
        wire::Field field, found;
        std::string_view key;
        while (reader.next(field)) {
            if (field.number == 1)
                key = field.bytes;
            else if (field.number == 2)
                found = field;
        }
        if (!reader.valid())
            return fail(fmt::format("{}: not a map entry", info.name));
        bj::value &map = out[info.name];
        return single(info, found, (map.is_object() ? map.get_object() : map.emplace_object())[key]);
    }

    bool single(const FieldInfo &info, const wire::Field &field, bj::value &out) {
        switch (info.kind) {
        case ValueKind::String:
            out = bj::string(field.bytes);
            return true;
        case ValueKind::Bool:
            out = field.scalar != 0;
            return true;
        case ValueKind::Int32:
            out = int64_t(int32_t(field.scalar));
            return true;
        case ValueKind::Int64:
            out = int64_t(field.scalar);
            return true;
        case ValueKind::Double:
            out = field.asDouble();
            return true;
        case ValueKind::Bytes: {
            std::string text;
            json::appendBase64(text, field.bytes);
            out = bj::string(text);
            return true;
        }
        case ValueKind::Struct:
            return structure(*info.type, field.bytes, out);
        default:
            return special(info, field.bytes, out);
        }
    }

    bool structure(const TypeInfo &type, std::string_view bytes, bj::value &out) {
        if (type.form == JsonForm::Object)
            return message(bytes, type, out.emplace_object());
        const FieldInfo &first = type.fields.front(), &last = type.fields.back();
        bj::object fields;
        if (!message(bytes, type, fields))
            return false;
        if (bj::value *schema = fields.if_contains(type.form == JsonForm::SchemaOrBool ? last.name : first.name))
            out = std::move(*schema);
        else if (type.form == JsonForm::SchemaOrBool)
            out = fields.contains(first.name);
        else if (bj::value *items = fields.if_contains(last.name))
            out = std::move(*items);
        else
            out.emplace_array();
        return true;
    }

    /// Messages that are scalars of JSON.
    bool special(const FieldInfo &info, std::string_view bytes, bj::value &out) {
        wire::Reader reader(bytes);
        wire::Field field, parts[4];
        while (reader.next(field)) {
            if (field.number < std::size(parts))
                parts[field.number] = field;
        }
        if (!reader.valid())
            return fail(fmt::format("{}: not a protobuf message", info.name));
        switch (info.kind) {
        case ValueKind::Quantity:
            out = bj::string(parts[1].bytes);
            return true;
        case ValueKind::IntOrString:
            if (parts[1].scalar != 0)
                out = bj::string(parts[3].bytes);
            else
                out = int64_t(int32_t(parts[2].scalar));
            return true;
        case ValueKind::DurationText:
            out = bj::string(DurationText(std::chrono::nanoseconds(int64_t(parts[1].scalar))).text());
            return true;
        case ValueKind::Raw:
            return raw(info, parts[1].bytes, out);
        default:
            return time(info, !bytes.empty(), parts[1].scalar, parts[2].scalar, out);
        }
    }

    bool time(const FieldInfo &info, bool present, uint64_t seconds, uint64_t nanos, bj::value &out) {
        constexpr int64_t kSecondsMax = 253402300799; // year 9999
        const int64_t whole = int64_t(seconds);
        if (whole > kSecondsMax || whole < -kSecondsMax || int64_t(nanos) < 0 || nanos >= 1'000'000'000)
            return fail(fmt::format("{}: time out of range", info.name));
        if (!present)
            return true;
        const auto point = Stamp::Point(std::chrono::seconds(whole)) +
                           std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(int64_t(nanos)));
        out = bj::string(info.kind == ValueKind::Time ? Time(point).text() : MicroTime(point).text());
        return true;
    }

    /// JSON text, or an object in its own envelope.
    bool raw(const FieldInfo &info, std::string_view bytes, bj::value &out) {
        if (bytes.empty())
            return true;
        if (bytes.starts_with(kMagic)) {
            const auto envelope = readProtobufEnvelope(bytes);
            const TypeInfo *type = envelope ? findKindType(envelope->apiVersion, envelope->kind) : nullptr;
            if (!type || !envelope->contentType.empty())
                return fail(fmt::format("{}: unknown kind of object", info.name));
            bj::object &object = out.emplace_object();
            object["kind"] = envelope->kind;
            object["apiVersion"] = envelope->apiVersion;
            return message(envelope->raw, *type, object);
        }
        auto value = parseJson(bytes);
        if (!value)
            return fail(fmt::format("{}: {}", info.name, value.error().message));
        out = std::move(*value);
        return true;
    }

    int m_depth = 0;
    std::string m_error;
};

} // namespace

Result<ProtobufEnvelope> readProtobufEnvelope(std::string_view body) {
    if (!body.starts_with(kMagic))
        return errors::badRequest("provided data does not appear to be a protobuf message, expected prefix "
                                  "[107 56 115 0]");
    ProtobufEnvelope envelope;
    wire::Reader reader(body.substr(kMagic.size()));
    wire::Field field, part;
    while (reader.next(field)) {
        if (field.number == 1) {
            wire::Reader typeMeta(field.bytes);
            while (typeMeta.next(part))
                (part.number == 1 ? envelope.apiVersion : envelope.kind) = part.bytes;
            if (!typeMeta.valid())
                return errors::badRequest("not a protobuf message");
        } else if (field.number == 2) {
            envelope.raw = field.bytes;
        } else if (field.number == 4) {
            envelope.contentType = field.bytes;
        }
    }
    if (!reader.valid())
        return errors::badRequest("not a protobuf message");
    return envelope;
}

Result<bj::object> decodeMessage(std::string_view bytes, const TypeInfo &type) {
    bj::object object;
    MessageReader reader;
    if (!reader.message(bytes, type, object))
        return errors::badRequest(reader.error());
    return object;
}

Result<std::string> protobufToJson(std::string_view body, const BodyType &expected) {
    TRY(const ProtobufEnvelope envelope, readProtobufEnvelope(body));
    if (envelope.contentType == "application/json")
        return std::string(envelope.raw);
    const std::string_view apiVersion = envelope.apiVersion.empty() ? expected.apiVersion : envelope.apiVersion;
    const std::string_view kind = envelope.kind.empty() ? expected.kind : envelope.kind;
    const TypeInfo *type = kind == expected.kind ? &expected.type : findKindType(apiVersion, kind);
    if (!type || !envelope.contentType.empty())
        return errors::badRequest(fmt::format("{} in version \"{}\" cannot be handled as a {}: no kind \"{}\" is "
                                              "registered for version \"{}\"",
                                              kind, apiVersion, expected.kind, kind, apiVersion));
    TRY(bj::object object, decodeMessage(envelope.raw, *type));
    object["kind"] = kind;
    object["apiVersion"] = apiVersion;
    return encodeObject(*type, object);
}

} // namespace coracle::api
