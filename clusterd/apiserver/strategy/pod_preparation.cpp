#include "clusterd/apiserver/strategy/pod_preparation.h"

#include <string>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";

/// Adds requirements on the labels that the keys name; labels that the pod does not have are left out.
void addRequirements(JsonObject &term, const JsonObject &labels, std::string_view keys, std::string_view word) {
    if (!hasAt(term, "labelSelector"))
        return;
    for (const JsonValue &key : arrayAt(term, keys)) {
        const JsonValue *value = labels.if_contains(asText(key));
        if (!value)
            continue;
        ensureArray(ensureObject(term, "labelSelector"), "matchExpressions")
            .push_back(JsonObject{{"key", key}, {"operator", word}, {"values", JsonArray{*value}}});
    }
}

void foldTerm(JsonObject &term, const JsonObject &labels) {
    addRequirements(term, labels, "matchLabelKeys", "In");
    addRequirements(term, labels, "mismatchLabelKeys", "NotIn");
}

JsonArray *listIn(JsonObject &object, std::string_view name) {
    JsonValue *value = object.if_contains(name);
    return value ? value->if_array() : nullptr;
}
JsonObject *objectIn(JsonObject &object, std::string_view name) {
    JsonValue *value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

void foldAffinity(JsonObject &affinity, const JsonObject &labels) {
    if (JsonArray *required = listIn(affinity, "requiredDuringSchedulingIgnoredDuringExecution"))
        for (JsonValue &term : *required)
            if (term.is_object())
                foldTerm(term.get_object(), labels);
    if (JsonArray *preferred = listIn(affinity, "preferredDuringSchedulingIgnoredDuringExecution"))
        for (JsonValue &weighted : *preferred)
            if (JsonObject *term = weighted.is_object() ? objectIn(weighted.get_object(), "podAffinityTerm") : nullptr)
                foldTerm(*term, labels);
}

std::string annotationOf(const JsonObject &profile) {
    const std::string_view type = textAt(profile, "type");
    if (type == "Unconfined")
        return "unconfined";
    if (type == "RuntimeDefault")
        return "runtime/default";
    return type == "Localhost" ? "localhost/" + std::string(textAt(profile, "localhostProfile")) : std::string();
}

JsonObject profileOf(std::string_view annotation) {
    if (annotation == "unconfined")
        return {{"type", "Unconfined"}};
    if (annotation == "runtime/default")
        return {{"type", "RuntimeDefault"}};
    constexpr std::string_view kLocal = "localhost/";
    if (annotation.starts_with(kLocal) && annotation.size() > kLocal.size())
        return {{"type", "Localhost"}, {"localhostProfile", annotation.substr(kLocal.size())}};
    return {};
}

} // namespace

void foldLabelKeys(JsonObject &pod) {
    const JsonObject labels = objectAt(pod, "metadata", "labels");
    JsonObject *spec = objectIn(pod, "spec");
    if (!spec)
        return;
    if (JsonObject *affinity = objectIn(*spec, "affinity"))
        for (const std::string_view name : {"podAffinity", "podAntiAffinity"})
            if (JsonObject *terms = objectIn(*affinity, name))
                foldAffinity(*terms, labels);
    if (JsonArray *constraints = listIn(*spec, "topologySpreadConstraints"))
        for (JsonValue &constraint : *constraints)
            if (constraint.is_object())
                addRequirements(constraint.get_object(), labels, "matchLabelKeys", "In");
}

void syncAppArmor(JsonObject &pod) {
    if (textAt(pod, "spec", "os", "name") == "windows")
        return;
    const JsonObject ofPod = objectAt(pod, "spec", "securityContext", "appArmorProfile");
    JsonObject *spec = objectIn(pod, "spec");
    if (!spec)
        return;
    JsonObject added;
    for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
        JsonArray *containers = listIn(*spec, list);
        if (!containers)
            continue;
        for (JsonValue &value : *containers) {
            if (!value.is_object())
                continue;
            JsonObject &container = value.get_object();
            const std::string key = std::string(kAppArmor) + std::string(textAt(container, "name"));
            const JsonObject &own = objectAt(container, "securityContext", "appArmorProfile");
            const JsonValue *annotation = memberAt(pod, "metadata", "annotations", key);
            if (!annotation) {
                if (const std::string text = annotationOf(own.empty() ? ofPod : own); !text.empty())
                    added[key] = text;
            } else if (own.empty()) {
                if (JsonObject profile = profileOf(asText(*annotation)); !profile.empty())
                    ensureObject(container, "securityContext")["appArmorProfile"] = std::move(profile);
            }
        }
    }
    for (const auto &[key, text] : added)
        ensureObject(ensureObject(pod, "metadata"), "annotations")[key] = text;
}

} // namespace coracle::apiserver
