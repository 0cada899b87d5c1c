#include "clusterd/apiserver/registry/field_tracking.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "core/api/field_managers.h"
#include "core/api/scale_managers.h"

#include <map>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kScaleVersion = "autoscaling/v1";

using Paths = std::vector<std::string_view>;

/// Where a strategy resets other fields than those of its kind usually do: by resource and sub-resource.
struct ResetFields {
    std::string_view group, resource, subresource;
    Paths paths;
};

const std::vector<ResetFields> &specialResets() {
    static const std::vector<ResetFields> table = {
        {"certificates.k8s.io", "certificatesigningrequests", "", {"spec", "status"}},
        {"certificates.k8s.io", "certificatesigningrequests", "status", {"spec", "status.conditions"}},
        {"certificates.k8s.io", "certificatesigningrequests", "approval", {"spec", "status.certificate"}},
        {"storage.k8s.io", "volumeattachments", "status", {"metadata", "spec"}},
    };
    return table;
}

/// The other version of the same stored objects; null when it is not served.
const api::ResourceInfo *sibling(const api::ResourceInfo &resource, std::string_view apiVersion) {
    for (auto resources : {api::builtinResources(), api::optionalResources()})
        for (const api::ResourceInfo &other : resources)
            if (other.storagePrefix == resource.storagePrefix && other.apiVersion == apiVersion)
                return &other;
    return nullptr;
}

/// Between the versions of a built-in kind.
bool visitInVersion(const api::ResourceInfo &resource, const json::object &object, const std::string &apiVersion,
                    const api::VersionVisitor &visit) {
    const api::ResourceInfo *to = sibling(resource, apiVersion);
    if (!to)
        return false;
    const std::string_view own = textAt(object, "apiVersion");
    const api::ResourceInfo *from = own.empty() ? &resource : sibling(resource, own);
    if (!from || from == to) {
        visit(object, to->type);
        return true;
    }
    json::object converted = object;
    const api::ResourceInfo &stored = storageResource(resource);
    convert(converted, *from, stored);
    convert(converted, stored, *to);
    visit(converted, to->type);
    return true;
}

/// Where the object's versions have their replicas.
class Replicas {
public:
    explicit Replicas(const api::ResourceInfo &resource) : m_resource(resource) {
        std::string_view path = ".spec.replicas";
        if (const DynamicKind *kind = dynamicKind(resource))
            path = kind->replicasPath(resource);
        for (size_t begin = 1; begin <= path.size();) {
            const size_t end = std::min(path.find('.', begin), path.size());
            m_path.push_back({api::PathElement::Kind::Field, std::string(path.substr(begin, end - begin))});
            begin = end + 1;
        }
    }

    api::ReplicasPath lookup() const {
        return [this](std::string_view apiVersion) -> const std::vector<api::PathElement> * {
            const size_t slash = apiVersion.find('/');
            const std::string_view group =
                slash == std::string_view::npos ? std::string_view() : apiVersion.substr(0, slash);
            return group == m_resource.group ? &m_path : nullptr;
        };
    }

private:
    const api::ResourceInfo &m_resource;
    std::vector<api::PathElement> m_path;
};

api::FieldManagers managersOf(const json::object &object) {
    return api::readManagers(object).value_or(api::FieldManagers());
}

} // namespace

api::FieldFilter ownableFields(const api::ResourceInfo &resource, std::string_view subresource) {
    for (const ResetFields &special : specialResets())
        if (special.group == resource.group && special.resource == resource.resource &&
            special.subresource == subresource)
            return api::FieldFilter::excluding(special.paths);
    if (subresource.empty())
        return resource.hasSubresource("status") ? api::FieldFilter::excluding({"status"}) : api::FieldFilter();
    if (subresource == "status" && resource.runtime)
        return api::FieldFilter::excluding({"metadata", "spec"});
    if (subresource == "status")
        return api::FieldFilter::excluding({"spec", "metadata.labels", "metadata.ownerReferences",
                                            "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"});
    if (subresource == "ephemeralcontainers")
        return api::FieldFilter::including({"spec.ephemeralContainers"});
    if (subresource == "resize")
        return api::FieldFilter::including({"spec.containers.*.resources", "spec.containers.*.resizePolicy",
                                            "spec.initContainers.*.resources", "spec.initContainers.*.resizePolicy"});
    if (subresource == "finalize")
        return api::FieldFilter::excluding({"status"});
    return {};
}

api::FieldWriter fieldWriterOf(const RequestScope &scope, WallTime now) {
    const api::ResourceInfo &resource = scope.resource;
    api::FieldWriter writer{.type = resource.type,
                            .manager = scope.fieldManager,
                            .apiVersion = std::string(resource.apiVersion),
                            .subresource = scope.subresource,
                            .now = now,
                            .kind = std::string(resource.kind),
                            .ownable = ownableFields(resource, scope.subresource),
                            .inVersion = {}};
    if (scope.subresource == "scale") {
        writer.type = api::findType(kScaleVersion, "Scale");
        writer.apiVersion = kScaleVersion;
        writer.kind = "Scale";
        writer.ownable = {};
    } else if (!resource.runtime) {
        writer.inVersion = [&resource](const json::object &object, const std::string &apiVersion,
                                       const api::VersionVisitor &visit) {
            return visitInVersion(resource, object, apiVersion, visit);
        };
    }
    return writer;
}

void ownersToScale(const RequestScope &scope, const json::object &object, json::object &scale) {
    const Replicas replicas(scope.resource);
    api::writeManagers(api::scaleManagers(managersOf(object), replicas.lookup()), scale);
}

void ownersFromScale(const RequestScope &scope, const json::object &before, const json::object &scale,
                     json::object &object) {
    const Replicas replicas(scope.resource);
    api::writeManagers(api::parentManagers(managersOf(before), managersOf(scale), replicas.lookup(),
                                           std::string(scope.resource.apiVersion)),
                       object);
}

} // namespace coracle::apiserver
