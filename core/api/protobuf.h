#pragma once

#include "core/api/codec.h"
#include "core/api/schema.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <string>
#include <string_view>

/// Kubernetes' protobuf encoding (application/vnd.kubernetes.protobuf) by the schema tables: the magic "k8s\0", then a
/// runtime.Unknown that names the kind and holds its message. Unknown fields are passed over on read.
namespace coracle::api {

/// What a body says about itself, and the message inside. Views into the body.
struct ProtobufEnvelope {
    std::string_view apiVersion, kind;
    std::string_view raw;         ///< the message, or JSON text
    std::string_view contentType; ///< "application/json" when raw is JSON; empty: protobuf
};

Result<ProtobufEnvelope> readProtobufEnvelope(std::string_view body);

/// A request body as JSON text for decodeBody(). The kind that the body names decides how it is read; kinds that the
/// tables do not know are an error.
Result<std::string> protobufToJson(std::string_view body, const BodyType &expected);

/// An object as a response body, with the envelope.
std::string encodeProtobuf(const TypeInfo &type, const boost::json::object &object);

/// The same from JSON text that this server stored or made; an apiVersion that it lacks is v1.
Result<std::string> jsonToProtobuf(std::string_view json, const TypeInfo &type);

/// What stands around a message of this size in its envelope, for those that are sent piece by piece.
struct ProtobufFrame {
    std::string begin, end;
};
ProtobufFrame protobufFrame(std::string_view apiVersion, std::string_view kind, size_t messageBytes);

/// Whether the kind has a protobuf form; custom resources have none.
bool hasProtobuf(const TypeInfo &type);

/// One message without the envelope, as inside lists and watch events.
Result<boost::json::object> decodeMessage(std::string_view message, const TypeInfo &type);
std::string encodeMessage(const TypeInfo &type, const boost::json::object &object);
/// From JSON text that this server stored or made. Memory of the tree in between comes from the storage.
Result<std::string> jsonToMessage(std::string_view json, const TypeInfo &type, boost::json::storage_ptr storage = {});

} // namespace coracle::api
