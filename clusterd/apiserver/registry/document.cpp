#include "clusterd/apiserver/registry/document.h"

#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "core/api/canonical_json.h"
#include "core/api/codec.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::apiserver {

namespace json = boost::json;

Result<json::object> documentOf(const api::Object &object) {
    boost::system::error_code error;
    json::value value = json::parse(object.json(), error, {}, {.max_depth = 1000});
    if (error || !value.is_object())
        return errors::internal("the stored object is not a JSON object");
    metadataOf(value.get_object()).erase("resourceVersion");
    return std::move(value.get_object());
}

std::string encode(const api::ResourceInfo &resource, const json::object &document) {
    if (resource.runtime)
        return api::json::canonicalText(document);
    return resource.type ? api::encodeObject(*resource.type, document) : json::serialize(document);
}

Result<api::ObjectPtr> objectOf(const api::ResourceInfo &resource, json::object document, int64_t revision) {
    metadataOf(document).erase("resourceVersion");
    std::string text = encode(resource, document);
    if (revision > 0)
        text = withResourceVersion(text, revision).value_or(text);
    return api::Object::parse(std::move(text));
}

} // namespace coracle::apiserver
