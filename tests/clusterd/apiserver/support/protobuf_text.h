#pragma once

#include "core/api/codec.h"
#include "core/api/protobuf.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

/// Bodies in protobuf, for tests that think in JSON.
namespace coracle::test {

constexpr const char *kProtobuf = "application/vnd.kubernetes.protobuf";

/// A document that names its kind as a protobuf body.
inline std::string toProtobuf(std::string_view text) {
    const auto object = boost::json::parse(text).as_object();
    const api::TypeInfo *type = api::findKindType(std::string_view(object.at("apiVersion").as_string()),
                                                  std::string_view(object.at("kind").as_string()));
    return type ? api::jsonToProtobuf(text, *type).value_or("not encoded") : "unknown kind";
}

/// A protobuf body as a document with apiVersion and kind; {"error": ...} when it is none.
inline boost::json::object fromProtobuf(std::string_view body) {
    auto failed = [](std::string_view why) { return boost::json::object{{"error", why}}; };
    auto envelope = api::readProtobufEnvelope(body);
    if (!envelope)
        return failed(envelope.error().message);
    const api::TypeInfo *type = api::findKindType(envelope->apiVersion, envelope->kind);
    if (!type)
        return failed(fmt::format("unknown kind {} {}", envelope->apiVersion, envelope->kind));
    auto object = api::decodeMessage(envelope->raw, *type);
    if (!object)
        return failed(object.error().message);
    (*object)["kind"] = envelope->kind;
    (*object)["apiVersion"] = envelope->apiVersion;
    return boost::json::parse(api::encodeObject(*type, *object)).as_object();
}

struct ProtobufEvent {
    std::string type;
    boost::json::object object;
};

/// The events of a watch in protobuf; one with the type "broken" where the framing is.
inline std::vector<ProtobufEvent> protobufEvents(std::string_view stream) {
    std::vector<ProtobufEvent> events;
    const api::TypeInfo &type = *api::findType("meta/v1", "WatchEvent");
    while (!stream.empty()) {
        uint32_t size = 0;
        for (size_t i = 0; i < 4 && i < stream.size(); ++i)
            size = size << 8 | static_cast<unsigned char>(stream[i]);
        if (stream.size() < 4 || stream.size() - 4 < size)
            return {{"broken", {}}};
        auto event = api::decodeMessage(stream.substr(4, size), type);
        if (!event || !event->contains("object"))
            return {{"broken", {}}};
        // The table decodes the object along: it is in its envelope.
        events.push_back({std::string(event->at("type").as_string()), event->at("object").as_object()});
        stream.remove_prefix(4 + size);
    }
    return events;
}

} // namespace coracle::test
