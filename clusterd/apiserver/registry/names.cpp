#include "clusterd/apiserver/registry/names.h"

#include "core/api/label_syntax.h"

namespace coracle::apiserver {

namespace {

/// Kinds whose names are more than DNS subdomains: RBAC allows colons, the others are checked by their strategies.
bool isFreeForm(const api::ResourceInfo &resource) {
    return resource.group == "rbac.authorization.k8s.io" || resource.group == "apiregistration.k8s.io" ||
           (resource.group == "certificates.k8s.io" && resource.resource == "clustertrustbundles") ||
           (resource.group == "networking.k8s.io" && resource.resource == "ipaddresses");
}

/// Kinds whose names become parts of host names.
bool isLabel(const api::ResourceInfo &resource) {
    return (resource.group.empty() && (resource.resource == "namespaces" || resource.resource == "services")) ||
           (resource.group == "apps" && resource.resource == "statefulsets");
}

} // namespace

std::vector<std::string> objectNameErrors(const api::ResourceInfo &resource, std::string_view name) {
    if (isFreeForm(resource))
        return api::pathSegmentErrors(name);
    if (isLabel(resource))
        return api::dns1123LabelErrors(name);
    return api::dns1123SubdomainErrors(name);
}

} // namespace coracle::apiserver
