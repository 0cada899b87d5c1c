#include "clusterd/apiserver/registry/stored_object.h"

#include "clusterd/apiserver/conversion/convert.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "core/api/protobuf.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view kProtobufPrefix = "k8s\0"sv;
constexpr std::string_view kEncryptedPrefix = "k8s:enc:";

/// The text in the version that the store holds, which the value may not be in.
std::string inStorageVersion(json::object object, const api::ResourceInfo &written) {
    const api::ResourceInfo &storage = storageResource(written);
    convert(object, written, storage);
    return storage.type ? api::encodeObject(*storage.type, object) : json::serialize(object);
}

Result<std::string> fromProtobuf(std::string_view value) {
    TRY(const api::ProtobufEnvelope envelope, api::readProtobufEnvelope(value));
    if (envelope.contentType == "application/json")
        return std::string(envelope.raw);
    const api::ResourceInfo *resource = api::findKind(envelope.apiVersion, envelope.kind);
    if (!resource || !resource->type)
        return errors::other(
            fmt::format("its kind {}, version {}, is not known here", envelope.kind, envelope.apiVersion));
    TRY(json::object object, api::decodeMessage(envelope.raw, *resource->type));
    object["apiVersion"] = envelope.apiVersion;
    object["kind"] = envelope.kind;
    return inStorageVersion(std::move(object), *resource);
}

/// Nothing when the text is as the store holds it, which is nearly always.
Result<std::optional<std::string>> fromOtherVersion(std::string_view text) {
    const auto apiVersion = jsonMember(text, "apiVersion"), kind = jsonMember(text, "kind");
    const api::ResourceInfo *written = nullptr;
    if (apiVersion && kind)
        written = api::findKind(jsonScalar(apiVersion), jsonScalar(kind));
    if (!written || &storageResource(*written) == written)
        return std::nullopt;
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, {.max_depth = 1000});
    if (error || !value.is_object())
        return errors::other("it is not a JSON object");
    return inStorageVersion(std::move(value.get_object()), *written);
}

Result<api::ObjectPtr> read(const datastore::KeyValue &stored) {
    std::string_view value = stored.value;
    std::string made;
    if (value.starts_with(kProtobufPrefix)) {
        TRY(made, fromProtobuf(value));
        value = made;
    } else if (value.starts_with(kEncryptedPrefix)) {
        return errors::other("it is encrypted; decrypt it with the server that wrote it");
    }
    TRY(auto converted, fromOtherVersion(value));
    if (converted)
        value = *converted;
    while (!value.empty() && value.back() == '\n') // kube-apiserver ends JSON with one
        value.remove_suffix(1);
    std::optional<std::string> wire = withResourceVersion(value, stored.modRevision);
    if (!wire)
        return errors::other("it is not a JSON object with metadata");
    TRY(api::ObjectPtr object, api::Object::parse(std::move(*wire)));
    if (!stored.key.ends_with("/" + object->key()))
        return errors::other(fmt::format("it is an object of another name, {}", object->key()));
    return object;
}

} // namespace

Result<api::ObjectPtr> readStored(const datastore::KeyValue &stored) {
    auto object = read(stored);
    if (!object)
        return Failure(withContext("the datastore's value at " + stored.key + " cannot be read", object.error()));
    return object;
}

} // namespace coracle::apiserver
