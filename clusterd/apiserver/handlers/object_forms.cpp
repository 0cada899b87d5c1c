#include "clusterd/apiserver/handlers/object_forms.h"

#include "clusterd/apiserver/registry/json_scan.h"
#include "core/api/protobuf.h"
#include "core/base/log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kMemoryBytes = 32u << 10; ///< enough for the tree of most objects; larger ones take more for a while
constexpr size_t kDepthMax = 1000;

std::string_view metadataOf(const api::Object &object) {
    return jsonMember(object.json(), "metadata").value_or("{}");
}

/// The message in its envelope.
std::string framed(std::string_view apiVersion, std::string_view kind, std::string_view message) {
    api::ProtobufFrame frame = api::protobufFrame(apiVersion, kind, message.size());
    std::string text = std::move(frame.begin);
    text.reserve(text.size() + message.size() + frame.end.size());
    text += message;
    text += frame.end;
    return text;
}

} // namespace

ObjectForms::ObjectForms(const api::ResourceInfo &resource, std::string_view version)
    : m_resource(resource),
      m_version(version),
      m_memory(std::make_unique_for_overwrite<unsigned char[]>(kMemoryBytes)),
      m_storage(m_memory.get(), kMemoryBytes) {}

std::string ObjectForms::encode(std::string_view text, const api::TypeInfo *type) {
    if (!type)
        return {};
    auto message = api::jsonToMessage(text, *type, &m_storage);
    m_storage.release();
    if (message)
        return std::move(*message);
    // What is stored was checked when it was written; this is for values that came past the API.
    log::error("apiserver", "{} of {}", message.error().message, m_resource.storagePrefix);
    return {};
}

std::string ObjectForms::message(const api::Object &object) {
    const bool own = object.kind() == m_resource.kind && object.apiVersion() == m_resource.apiVersion;
    return encode(object.json(), own ? m_resource.type : api::findKindType(object.apiVersion(), object.kind()));
}

std::string ObjectForms::protobuf(const api::Object &object) {
    return framed(object.apiVersion(), object.kind(), message(object));
}

std::string ObjectForms::partial(const api::Object &object) const {
    return api::partialObjectMetadata(metadataOf(object), m_version);
}

std::string ObjectForms::partialMessage(const api::Object &object) {
    static const api::TypeInfo *type = api::findType("meta/v1", "PartialObjectMetadata");
    return encode(partial(object), type);
}

std::string ObjectForms::partialProtobuf(const api::Object &object) {
    std::string apiVersion("meta.k8s.io/");
    apiVersion += m_version;
    return framed(apiVersion, "PartialObjectMetadata", partialMessage(object));
}

void ObjectForms::addRow(api::TableWriter &table, const api::Object &object, api::IncludeObject include, WallTime now) {
    {
        boost::system::error_code error;
        const json::value value =
            json::parse(object.json(), error, &m_storage, {.max_depth = kDepthMax, .allow_invalid_utf8 = true});
        const json::object *document = value.if_object();
        if (!error && document) {
            const json::array cells = api::tableCells(m_resource, *document, now);
            if (include == api::IncludeObject::Object)
                table.row(cells, *document, object.json());
            else if (include == api::IncludeObject::Metadata)
                table.row(cells, *document, partial(object));
            else
                table.row(cells, *document, {});
        }
    }
    m_storage.release();
}

} // namespace coracle::apiserver
