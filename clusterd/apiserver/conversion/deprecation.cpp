#include "clusterd/apiserver/conversion/deprecation.h"

namespace coracle::apiserver {

namespace {

struct Deprecated {
    std::string_view apiVersion, resource, words;
};

constexpr Deprecated kDeprecated[] = {
    {"v1", "componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"},
    {"v1", "endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"},
};

} // namespace

std::string_view deprecationOf(const api::ResourceInfo &resource) {
    for (const Deprecated &one : kDeprecated)
        if (one.resource == resource.resource && one.apiVersion == resource.apiVersion)
            return one.words;
    return {};
}

} // namespace coracle::apiserver
