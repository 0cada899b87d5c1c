#include "clusterd/apiserver/registry/names.h"

#include "core/api/label_syntax.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// A name that may stand in a URL path as it is (k8s.io/apimachinery api/validation/path).
std::vector<std::string> pathSegmentErrors(std::string_view text) {
    if (text == "." || text == "..")
        return {fmt::format("may not be '{}'", text)};
    std::vector<std::string> errors;
    for (std::string_view c : {"/", "%"})
        if (text.find(c) != std::string_view::npos)
            errors.push_back(fmt::format("may not contain '{}'", c));
    return errors;
}

/// Kinds whose names are more than DNS subdomains: RBAC allows colons, the others are checked by their strategies.
bool isFreeForm(const api::ResourceInfo &resource) {
    return resource.group == "rbac.authorization.k8s.io" ||
           (resource.group == "certificates.k8s.io" && resource.resource == "clustertrustbundles") ||
           (resource.group == "networking.k8s.io" && resource.resource == "ipaddresses");
}

} // namespace

std::vector<std::string> objectNameErrors(const api::ResourceInfo &resource, std::string_view name) {
    if (isFreeForm(resource))
        return pathSegmentErrors(name);
    if (resource.group.empty() && (resource.resource == "namespaces" || resource.resource == "services"))
        return api::dns1123LabelErrors(name);
    return api::dns1123SubdomainErrors(name);
}

} // namespace coracle::apiserver
