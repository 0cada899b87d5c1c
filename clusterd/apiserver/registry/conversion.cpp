#include "clusterd/apiserver/registry/conversion.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

namespace coracle::apiserver {

namespace json = boost::json;

api::ObjectPtr fromStorage(const api::ObjectPtr &object, const api::ResourceInfo &resource) {
    const api::ResourceInfo &stored = storageResource(resource);
    if (&stored == &resource || !object)
        return object;
    boost::system::error_code error;
    json::value value = json::parse(object->json(), error);
    if (error || !value.is_object())
        return object;
    convert(value.get_object(), stored, resource);
    auto converted = api::Object::parse(json::serialize(value));
    return converted ? *converted : object;
}

std::string_view storagePath(const api::ResourceInfo &resource, std::string_view path) {
    if (resource.group != "events.k8s.io")
        return path;
    if (path == "reportingController")
        return "reportingComponent";

    static const std::map<std::string_view, std::string_view> kPaths = {
        {"regarding.kind", "involvedObject.kind"},
        {"regarding.namespace", "involvedObject.namespace"},
        {"regarding.name", "involvedObject.name"},
        {"regarding.uid", "involvedObject.uid"},
        {"regarding.apiVersion", "involvedObject.apiVersion"},
        {"regarding.resourceVersion", "involvedObject.resourceVersion"},
        {"regarding.fieldPath", "involvedObject.fieldPath"},
    };
    auto at = kPaths.find(path);
    return at == kPaths.end() ? path : at->second;
}

} // namespace coracle::apiserver
