#include "clusterd/apiserver/registry/subresources.h"

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "core/api/selector.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

/// Replication controllers have a plain map as selector, the apps kinds a LabelSelector.
std::string selectorText(const json::object &object) {
    const json::value *selector = memberAt(object, "spec", "selector");
    if (!selector || !selector->is_object())
        return {};
    const json::object &fields = selector->get_object();
    if (!fields.contains("matchLabels") && !fields.contains("matchExpressions")) {
        std::map<std::string, std::string> labels;
        for (const auto &[key, value] : fields)
            labels.emplace(key, asText(value));
        return api::LabelSelector::fromMap(labels).text();
    }
    auto parsed = api::LabelSelector::fromJson(*selector);
    return parsed ? parsed->text() : std::string();
}

json::object scaleOf(const json::object &object) {
    json::object metadata;
    for (std::string_view key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
        copyMember(metadata, metadataOf(object), key);
    json::object spec, status{{"replicas", intAt(object, "status", "replicas")}};
    if (int64_t replicas = intAt(object, "spec", "replicas"))
        spec["replicas"] = replicas;
    if (std::string selector = selectorText(object); !selector.empty())
        status["selector"] = selector;
    return {{"kind", "Scale"},
            {"apiVersion", "autoscaling/v1"},
            {"metadata", std::move(metadata)},
            {"spec", std::move(spec)},
            {"status", std::move(status)}};
}

Result<json::object> fromScale(const RequestScope &scope, const json::object &current, const json::object &body) {
    int64_t replicas = intAt(body, "spec", "replicas");
    if (replicas < 0)
        return errors::invalid(
            "Scale", "autoscaling", scope.name,
            {{"FieldValueInvalid", fmt::format("Invalid value: {}: must be greater than or equal to 0", replicas),
              "spec.replicas"}});
    json::object fresh = current;
    ensureObject(fresh, "spec")["replicas"] = replicas;
    return fresh;
}

/// Takes over the resources of containers with the same name.
void resizeContainers(json::object &spec, const json::object &wanted, std::string_view list) {
    for (json::value &container : ensureArray(spec, list)) {
        if (!container.is_object())
            continue;
        for (const json::value &other : arrayAt(wanted, list))
            if (textAt(asObject(other), "name") == textAt(container.get_object(), "name"))
                for (std::string_view part : {"resources", "resizePolicy"})
                    copyMember(container.get_object(), asObject(other), part);
    }
}

} // namespace

Result<json::object> toSubresource(const RequestScope &scope, json::object current, int64_t revision) {
    if (revision > 0)
        metadataOf(current)["resourceVersion"] = std::to_string(revision);
    if (scope.subresource != "scale")
        return current;
    if (const DynamicKind *kind = dynamicKind(scope.resource))
        return kind->toScale(scope.resource, current);
    return scaleOf(current);
}

Result<json::object> fromSubresource(const RequestScope &scope, const json::object &current, const json::object &body) {
    if (scope.subresource.empty() || scope.subresource == "status")
        return body;
    if (const DynamicKind *kind = dynamicKind(scope.resource); kind && scope.subresource == "scale")
        return kind->fromScale(scope, current, body);
    if (scope.subresource == "scale")
        return fromScale(scope, current, body);
    json::object fresh = current;
    json::object &spec = ensureObject(fresh, "spec");
    if (scope.subresource == "finalize") {
        copyMember(spec, objectAt(body, "spec"), "finalizers");
    } else if (scope.subresource == "approval") {
        copyMember(ensureObject(fresh, "status"), objectAt(body, "status"), "conditions");
    } else if (scope.subresource == "ephemeralcontainers") {
        copyMember(spec, objectAt(body, "spec"), "ephemeralContainers");
    } else if (scope.subresource == "resize") {
        resizeContainers(spec, objectAt(body, "spec"), "containers");
        resizeContainers(spec, objectAt(body, "spec"), "initContainers");
    } else {
        return errors::noRoute();
    }
    return fresh;
}

bool hasPendingFinalizers(const api::ResourceInfo &resource, const json::object &object) {
    bool isNamespace = resource.group.empty() && resource.resource == "namespaces";
    return !finalizersOf(object).empty() || (isNamespace && !arrayAt(object, "spec", "finalizers").empty());
}

} // namespace coracle::apiserver
