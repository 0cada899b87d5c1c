#include "core/api/json_reader.h"
#include "core/api/openapi.h"
#include "core/api/protobuf_wire.h"

#include <algorithm>
#include <array>
#include <span>

/// The Swagger 2.0 document as gnostic's openapi.v2.Document. The JSON form is read piece by piece and each member is
/// written by a table, so that both forms say the same.
namespace coracle::api {

namespace {

enum class Shape : uint8_t {
    Text,
    Bool,
    Texts,      ///< repeated string
    Any,        ///< any value: its JSON text, which is YAML
    Anys,       ///< repeated Any
    Message,    ///< of Member::message
    Messages,   ///< repeated
    Parameters, ///< a oneof that the member "in" decides
};

struct Message;

struct Member {
    std::string_view name;
    uint32_t number;
    Shape shape;
    const Message *message = nullptr;
    uint32_t inside = 0; ///< not 0: the value is this field of a message of its own (TypeItem, ItemsItem, oneofs)
};

/// A message with known members, or a map, which is a list of entries {name = 1, value = 2}.
struct Message {
    std::span<const Member> members;
    uint32_t extensions = 0; ///< the field that takes x-... members
    uint32_t entries = 0;    ///< the field of a map's entries
    const Member *entry = nullptr;
};

constexpr uint32_t kName = 1, kValue = 2, kYaml = 2; ///< of NamedAny and its like, and of Any

extern const Message kSchema;

constexpr Member kSchemaEntry{"", kValue, Shape::Message, &kSchema};
constexpr Message kSchemas{{}, 0, 1, &kSchemaEntry};
constexpr std::array kSchemaMembers{
    Member{"$ref", 1, Shape::Text},
    Member{"format", 2, Shape::Text},
    Member{"title", 3, Shape::Text},
    Member{"description", 4, Shape::Text},
    Member{"default", 5, Shape::Any},
    Member{"uniqueItems", 16, Shape::Bool},
    Member{"required", 19, Shape::Texts},
    Member{"enum", 20, Shape::Anys},
    Member{"additionalProperties", 21, Shape::Message, &kSchema, 1},
    Member{"type", 22, Shape::Text, nullptr, 1},
    Member{"items", 23, Shape::Message, &kSchema, 1},
    Member{"allOf", 24, Shape::Messages, &kSchema},
    Member{"properties", 25, Shape::Message, &kSchemas},
    Member{"readOnly", 27, Shape::Bool},
};
constexpr Message kSchema{kSchemaMembers, 31};

constexpr std::array kResponseMembers{Member{"description", 1, Shape::Text},
                                      Member{"schema", 2, Shape::Message, &kSchema, 1}};
constexpr Message kResponse{kResponseMembers, 5};
constexpr Member kResponseEntry{"", kValue, Shape::Message, &kResponse, 1};
constexpr Message kResponses{{}, 2, 1, &kResponseEntry};

constexpr std::array kOperationMembers{
    Member{"tags", 1, Shape::Texts},
    Member{"summary", 2, Shape::Text},
    Member{"description", 3, Shape::Text},
    Member{"operationId", 5, Shape::Text},
    Member{"produces", 6, Shape::Texts},
    Member{"consumes", 7, Shape::Texts},
    Member{"parameters", 8, Shape::Parameters},
    Member{"responses", 9, Shape::Message, &kResponses},
    Member{"schemes", 10, Shape::Texts},
    Member{"deprecated", 11, Shape::Bool},
};
constexpr Message kOperation{kOperationMembers, 13};

constexpr std::array kPathItemMembers{
    Member{"get", 2, Shape::Message, &kOperation},     Member{"put", 3, Shape::Message, &kOperation},
    Member{"post", 4, Shape::Message, &kOperation},    Member{"delete", 5, Shape::Message, &kOperation},
    Member{"options", 6, Shape::Message, &kOperation}, Member{"head", 7, Shape::Message, &kOperation},
    Member{"patch", 8, Shape::Message, &kOperation},   Member{"parameters", 9, Shape::Parameters},
};
constexpr Message kPathItem{kPathItemMembers, 10};
constexpr Member kPathEntry{"", kValue, Shape::Message, &kPathItem};
constexpr Message kPaths{{}, 1, 2, &kPathEntry};

constexpr std::array kInfoMembers{Member{"title", 1, Shape::Text}, Member{"version", 2, Shape::Text},
                                  Member{"description", 3, Shape::Text}};
constexpr Message kInfo{kInfoMembers, 7};

constexpr std::array kDocumentMembers{
    Member{"swagger", 1, Shape::Text},
    Member{"info", 2, Shape::Message, &kInfo},
    Member{"paths", 8, Shape::Message, &kPaths},
    Member{"definitions", 9, Shape::Message, &kSchemas},
};
constexpr Message kDocument{kDocumentMembers, 16};

constexpr std::array kBodyMembers{Member{"description", 1, Shape::Text}, Member{"name", 2, Shape::Text},
                                  Member{"in", 3, Shape::Text}, Member{"required", 4, Shape::Bool},
                                  Member{"schema", 5, Shape::Message, &kSchema}};
constexpr Message kBody{kBodyMembers, 6};
constexpr std::array kQueryMembers{Member{"required", 1, Shape::Bool},    Member{"in", 2, Shape::Text},
                                   Member{"description", 3, Shape::Text}, Member{"name", 4, Shape::Text},
                                   Member{"type", 6, Shape::Text},        Member{"format", 7, Shape::Text},
                                   Member{"uniqueItems", 20, Shape::Bool}};
constexpr Message kQuery{kQueryMembers, 23};
constexpr std::array kPathMembers{Member{"required", 1, Shape::Bool},    Member{"in", 2, Shape::Text},
                                  Member{"description", 3, Shape::Text}, Member{"name", 4, Shape::Text},
                                  Member{"type", 5, Shape::Text},        Member{"format", 6, Shape::Text},
                                  Member{"uniqueItems", 19, Shape::Bool}};
constexpr Message kPath{kPathMembers, 22};

/// Where a parameter stands in ParametersItem.parameter: the fields from the outside to the inside.
struct ParameterPlace {
    std::string_view in;
    const Message *message;
    std::array<uint32_t, 2> fields; ///< BodyParameter alone, or NonBodyParameter and the kind in it
};
constexpr std::array kParameterPlaces{ParameterPlace{"body", &kBody, {1, 0}}, ParameterPlace{"query", &kQuery, {2, 3}},
                                      ParameterPlace{"path", &kPath, {2, 4}}};

class Transcoder {
public:
    explicit Transcoder(std::string_view json) : m_reader(json) {}

    /// The object that comes next.
    std::string readMessage(const Message &message) {
        std::string out;
        if (!m_reader.beginObject())
            return out;
        for (std::string_view key; m_reader.nextMember(key);) {
            const std::string name(key);
            const auto member = std::ranges::find(message.members, name, &Member::name);
            if (message.extensions != 0 && name.starts_with("x-"))
                appendEntry(out, message.extensions, name, {"", kValue, Shape::Any});
            else if (message.entries != 0)
                appendEntry(out, message.entries, name, *message.entry);
            else if (member != message.members.end())
                append(out, *member);
            else
                m_reader.skip();
        }
        return out;
    }

private:
    void appendEntry(std::string &out, uint32_t number, const std::string &name, const Member &value) {
        std::string entry;
        wire::appendBytes(entry, kName, name);
        append(entry, value);
        wire::appendBytes(out, number, entry);
    }

    void append(std::string &out, const Member &member) {
        switch (member.shape) {
        case Shape::Texts:
        case Shape::Anys:
        case Shape::Messages:
        case Shape::Parameters:
            if (m_reader.beginArray())
                while (m_reader.nextElement())
                    appendBytes(out, member, member.shape == Shape::Parameters ? readParameter() : readBytes(member));
            return;
        case Shape::Bool: {
            bool value = false;
            if (m_reader.readBool(value) && value)
                wire::appendInt(out, member.number, 1);
            return;
        }
        default:
            appendBytes(out, member, readBytes(member));
        }
    }

    /// One value of a length-delimited field.
    std::string readBytes(const Member &member) {
        if (member.message)
            return readMessage(*member.message);
        std::string value;
        if (member.shape == Shape::Text || member.shape == Shape::Texts) {
            m_reader.readString(value);
            return value;
        }
        std::string_view json;
        m_reader.readRaw(json);
        wire::appendBytes(value, kYaml, json);
        return value;
    }

    static void appendBytes(std::string &out, const Member &member, std::string_view bytes) {
        if (member.inside == 0)
            return wire::appendBytes(out, member.number, bytes);
        std::string item;
        wire::appendBytes(item, member.inside, bytes);
        wire::appendBytes(out, member.number, item);
    }

    std::string readParameter() {
        std::string_view json;
        m_reader.readRaw(json);
        const auto place = std::ranges::find(kParameterPlaces, placeOf(json), &ParameterPlace::in);
        if (place == kParameterPlaces.end())
            return {};
        std::string inner = Transcoder(json).readMessage(*place->message), outer;
        for (uint32_t field : {place->fields[1], place->fields[0], uint32_t(1)}) {
            if (field == 0)
                continue;
            outer.clear();
            wire::appendBytes(outer, field, inner);
            inner.swap(outer);
        }
        return inner;
    }

    static std::string placeOf(std::string_view json) {
        JsonReader reader(json);
        std::string place;
        if (reader.beginObject())
            for (std::string_view key; place.empty() && reader.nextMember(key);)
                key == "in" ? reader.readString(place) : reader.skip();
        return place;
    }

    JsonReader m_reader;
};

} // namespace

std::string openApiV2Protobuf(ServedResources resources) {
    const std::string json = openApiV2(resources);
    return Transcoder(json).readMessage(kDocument);
}

} // namespace coracle::api
