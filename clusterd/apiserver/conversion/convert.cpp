#include "clusterd/apiserver/conversion/convert.h"

#include "clusterd/apiserver/conversion/shapes.h"
#include "core/api/defaults.h"

#include <boost/json/object.hpp>
#include <map>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

using Change = void (*)(json::object &);

/// A version whose shape is not that of the stored one, and the ways between the two.
struct Shape {
    std::string_view group, version, resource;
    Change toStored, fromStored;
};

constexpr Shape kShapes[] = {
    {"events.k8s.io", "v1", "events", eventsEventToCore, coreEventToEvents},
    {"autoscaling", "v1", "horizontalpodautoscalers", autoscalerV1ToV2, autoscalerV2ToV1},
    {"resource.k8s.io", "v1beta1", "resourceclaims", claimFromBeta1, claimToBeta1},
    {"resource.k8s.io", "v1beta1", "resourceclaimtemplates", claimTemplateFromBeta1, claimTemplateToBeta1},
    {"resource.k8s.io", "v1beta1", "resourceslices", sliceFromBeta1, sliceToBeta1},
};

const Shape *shapeOf(const api::ResourceInfo &resource) {
    for (const Shape &shape : kShapes)
        if (shape.resource == resource.resource && shape.group == resource.group && shape.version == resource.version)
            return &shape;
    return nullptr;
}

using ByPrefix = std::map<std::string_view, const api::ResourceInfo *>;

ByPrefix storageResources() {
    ByPrefix result;
    // Sorted by group, so that core events, which real API servers store, come before events.k8s.io.
    for (const auto resources : {api::builtinResources(), api::optionalResources()})
        for (const api::ResourceInfo &resource : resources)
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

bool sameShape(const api::ResourceInfo &a, const api::ResourceInfo &b) {
    return shapeOf(a) == shapeOf(b);
}

void convert(json::object &object, const api::ResourceInfo &from, const api::ResourceInfo &to) {
    if (&from == &to)
        return;
    object["apiVersion"] = to.apiVersion;
    const Shape *before = shapeOf(from), *after = shapeOf(to);
    if (before == after)
        return;
    if (before) {
        before->toStored(object);
        // What a version cannot say is unset after the change, and unset members have defaults.
        api::applyDefaults(storageResource(from), object);
    }
    if (after)
        after->fromStored(object);
}

} // namespace coracle::apiserver
