#include "core/api/default_rules.h"

#include <algorithm>
#include <string>

namespace coracle::api {
namespace {

using namespace tree;

void networkPolicySpec(object &spec) {
    if (!isUnset(spec, "policyTypes"))
        return;
    const bool egress = !isUnset(spec, "egress");
    array &types = spec["policyTypes"].emplace_array();
    types.push_back("Ingress");
    if (egress)
        types.push_back("Egress");
}

void subject(object &subject) {
    const std::string_view kind = textAt(subject, "kind");
    if (kind == "User" || kind == "Group")
        setIfUnset(subject, "apiGroup", "rbac.authorization.k8s.io");
}

void deviceRequest(object &request) {
    if (textAt(request, "allocationMode") == "ExactCount")
        setIfUnset(request, "count", 1);
}

/// The versions before v1 have no default of the mode itself.
void betaDeviceRequest(object &request) {
    setIfUnset(request, "allocationMode", "ExactCount");
    deviceRequest(request);
}

/// v1beta1 has the members of an exact request in the request itself, which else has alternatives.
void beta1DeviceRequest(object &request) {
    if (!isUnset(request, "deviceClassName") && isUnset(request, "firstAvailable"))
        betaDeviceRequest(request);
}

void customResourceDefinitionSpec(object &spec) {
    if (object *names = ensureObject(spec, "names")) {
        const std::string kind(textAt(*names, "kind"));
        if (!kind.empty()) {
            std::string singular = kind;
            std::ranges::transform(singular, singular.begin(),
                                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
            setIfUnset(*names, "singular", value(singular));
            setIfUnset(*names, "listKind", value(kind + "List"));
        }
    }
    if (object *conversion = ensureObject(spec, "conversion"))
        setIfUnset(*conversion, "strategy", "None");
}

/// storedVersions begins with the version that is stored.
void customResourceDefinition(object &definition) {
    object *status = ensureObject(definition, "status");
    object *spec = objectAt(definition, "spec");
    if (!spec || !status || !isUnset(*status, "storedVersions"))
        return;
    eachObject(*spec, "versions", [status](object &version) {
        if (isTrue(version, "storage") && isUnset(*status, "storedVersions"))
            (*status)["storedVersions"] = array({value(textAt(version, "name"))});
    });
}

constexpr DefaultRule kRules[] = {
    {"networking/v1", "NetworkPolicySpec", networkPolicySpec},
    {"rbac/v1", "Subject", subject},
    {"resource/v1", "ExactDeviceRequest", deviceRequest},
    {"resource/v1", "DeviceSubRequest", deviceRequest},
    {"resource/v1beta2", "ExactDeviceRequest", betaDeviceRequest},
    {"resource/v1beta2", "DeviceSubRequest", betaDeviceRequest},
    {"resource/v1beta1", "DeviceRequest", beta1DeviceRequest},
    {"resource/v1beta1", "DeviceSubRequest", betaDeviceRequest},
    {"apiextensions/v1", "CustomResourceDefinition", customResourceDefinition},
    {"apiextensions/v1", "CustomResourceDefinitionSpec", customResourceDefinitionSpec},
};

} // namespace

std::span<const DefaultRule> otherDefaultRules() {
    return kRules;
}

} // namespace coracle::api
