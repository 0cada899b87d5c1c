#include "core/api/default_rules.h"
#include "core/api/quantity.h"

#include <optional>

namespace coracle::api {
namespace {

using namespace tree;

/// Always for the tag "latest" or none, otherwise IfNotPresent (k8s.io/kubernetes pkg/util/parsers).
std::string_view pullPolicyFor(std::string_view image) {
    if (image.find('@') != std::string_view::npos)
        return "IfNotPresent";
    const size_t slash = image.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? image : image.substr(slash + 1);
    const size_t colon = last.find(':');
    const std::string_view tag = colon == std::string_view::npos ? "latest" : last.substr(colon + 1);
    return tag == "latest" ? "Always" : "IfNotPresent";
}

void container(object &container) {
    setIfUnset(container, "imagePullPolicy", value(pullPolicyFor(textAt(container, "image"))));
}

void imageVolume(object &volume) {
    if (const std::string_view reference = textAt(volume, "reference"); !reference.empty())
        setIfUnset(volume, "pullPolicy", value(pullPolicyFor(reference)));
}

/// A volume without a source is an empty folder.
void volume(object &volume) {
    if (volume.size() == (volume.contains("name") ? 1u : 0u))
        volume["emptyDir"].emplace_object();
}

/// serviceAccount is the deprecated name of serviceAccountName; each follows the other.
void podSpec(object &spec) {
    std::string name(textAt(spec, "serviceAccountName"));
    if (name.empty())
        name = textAt(spec, "serviceAccount");
    if (name.empty())
        return;
    for (const char *key : {"serviceAccountName", "serviceAccount"})
        spec[key] = name;
}

void mirrorHostPorts(object &container) {
    eachObject(container, "ports", [](object &port) {
        if (isUnset(port, "hostPort") && has(port, "containerPort"))
            port["hostPort"] = value(port.at("containerPort"));
    });
}

/// Whoever limits a resource and does not request it, requests the limit.
void requestLimits(object &container) {
    object *resources = objectAt(container, "resources");
    object *limits = resources ? objectAt(*resources, "limits") : nullptr;
    if (!limits || limits->empty())
        return;
    object *requests = ensureObject(*resources, "requests");
    limits = objectAt(*resources, "limits"); // ensureObject may have moved the members
    for (const auto &[name, amount] : *limits) {
        if (requests && !requests->contains(name))
            requests->emplace(name, amount);
    }
}

/// What the containers that run at the same time ask for of a resource, in requests or limits; nothing when none does.
std::optional<Quantity> sumOf(object &spec, const char *amounts, std::string_view resource) {
    std::optional<Quantity> sum;
    for (const char *list : {"containers", "initContainers"}) {
        eachObject(spec, list, [&](object &container) {
            if (list == std::string_view("initContainers") && textAt(container, "restartPolicy") != "Always")
                return;
            object *resources = objectAt(container, "resources");
            object *own = resources ? objectAt(*resources, amounts) : nullptr;
            const auto amount = own ? Quantity::parse(textAt(*own, resource)) : Result<Quantity>(Quantity());
            if (own && own->contains(resource) && amount)
                sum = sum ? *sum + *amount : *amount;
        });
    }
    return sum;
}

/// A pod that limits a resource as a whole requests what its containers do, or else the limit.
void podResources(object &spec) {
    object *resources = objectAt(spec, "resources");
    object *limits = resources ? objectAt(*resources, "limits") : nullptr;
    if (!limits || limits->empty())
        return;
    const object limited = *limits;
    object *requests = ensureObject(*resources, "requests");
    for (const auto &[name, amount] : limited) {
        if (!requests || requests->contains(name))
            continue;
        const std::optional<Quantity> sum = sumOf(spec, "requests", name);
        (*requests)[name] = sum ? value(sum->text()) : amount;
    }
}

/// Only of pods themselves, not of templates.
void pod(object &pod) {
    object *spec = ensureObject(pod, "spec");
    if (!spec)
        return;
    setIfAbsent(*spec, "enableServiceLinks", true);
    const bool hostNetwork = isTrue(*spec, "hostNetwork");
    for (const char *list : {"containers", "initContainers"}) {
        eachObject(*spec, list, [hostNetwork](object &container) {
            if (hostNetwork)
                mirrorHostPorts(container);
            requestLimits(container);
        });
    }
    podResources(*spec);
}

constexpr DefaultRule kRules[] = {
    {"core/v1", "Pod", pod},
    {"core/v1", "PodSpec", podSpec},
    {"core/v1", "Volume", volume},
    {"core/v1", "ImageVolumeSource", imageVolume},
    {"core/v1", "Container", container},
    {"core/v1", "EphemeralContainerCommon", container},
};

} // namespace

std::span<const DefaultRule> podDefaultRules() {
    return kRules;
}

} // namespace coracle::api
