#include "clusterd/apiserver/registry/conversion.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

/// Top-level members of an Event: core v1 on the left, events.k8s.io v1 on the right; others are the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kEventMembers{{
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"source", "deprecatedSource"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"count", "deprecatedCount"},
    {"reportingComponent", "reportingController"},
}};

constexpr std::string_view kEventsGroup = "events.k8s.io";

void rename(json::object &object, std::string_view from, std::string_view to) {
    json::value *member = object.if_contains(from);
    if (!member)
        return;
    json::value moved = std::move(*member);
    object.erase(from);
    object.insert_or_assign(to, std::move(moved));
}

using ByPrefix = std::map<std::string_view, const api::ResourceInfo *>;

ByPrefix storageResources() {
    ByPrefix result;
    // Sorted by group, so that core events, which real API servers store, come before events.k8s.io.
    for (const api::ResourceInfo &resource : api::builtinResources())
        if (!resource.storagePrefix.empty() && resource.version == resource.storageVersion)
            result.try_emplace(resource.storagePrefix, &resource);
    return result;
}

} // namespace

const api::ResourceInfo &storageResource(const api::ResourceInfo &resource) {
    static const ByPrefix byPrefix = storageResources();
    auto at = byPrefix.find(resource.storagePrefix);
    return at == byPrefix.end() ? resource : *at->second;
}

void convert(json::object &object, const api::ResourceInfo &from, const api::ResourceInfo &to) {
    if (&from == &to)
        return;
    object["apiVersion"] = to.apiVersion;
    if ((from.group == kEventsGroup) == (to.group == kEventsGroup))
        return;
    for (const auto &[core, events] : kEventMembers)
        rename(object, to.group == kEventsGroup ? core : events, to.group == kEventsGroup ? events : core);
}

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
    if (resource.group != kEventsGroup)
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
