#include "clusterd/apiserver/strategy/pod_validation.h"

namespace coracle::apiserver {

namespace {

constexpr std::string_view kRestartPolicies[] = {"Always", "OnFailure", "Never"};
constexpr std::string_view kDnsPolicies[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"};
constexpr std::string_view kPreemptionPolicies[] = {"Never", "PreemptLowerPriority"};
constexpr std::string_view kSystems[] = {"linux", "windows"};
constexpr size_t kNameserversMax = 3, kSearchesMax = 32;

void collectClaims(Checker &check, const FieldPath &path, const JsonArray &claims, PodNames &names) {
    for (size_t i = 0; i < claims.size(); ++i) {
        const JsonObject &claim = asObject(claims[i]);
        const std::string_view name = textAt(claim, "name");
        if (check.requiredText(path[i], claim, "name", dns1123LabelErrors) &&
            !names.resourceClaims.emplace(name).second)
            check.errors.duplicate(path[i] / "name", name);
        if (hasAt(claim, "resourceClaimName") == hasAt(claim, "resourceClaimTemplateName"))
            check.errors.invalid(path[i], claim,
                                 "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
}

void validateDns(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonObject &config = objectAt(spec, "dnsConfig");
    const JsonArray &servers = arrayAt(config, "nameservers"), &searches = arrayAt(config, "searches");
    const FieldPath own = path / "dnsConfig";
    if (textAt(spec, "dnsPolicy") == "None" && servers.empty())
        check.errors.required(own / "nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
    if (servers.size() > kNameserversMax)
        check.errors.invalid(own / "nameservers", servers, "must not have more than 3 nameservers");
    for (size_t i = 0; i < servers.size(); ++i)
        check.ip((own / "nameservers")[i], asText(servers[i]));
    if (searches.size() > kSearchesMax)
        check.errors.invalid(own / "searches", searches, "must not have more than 32 search paths");
    const JsonArray &options = arrayAt(config, "options");
    for (size_t i = 0; i < options.size(); ++i)
        if (textAt(asObject(options[i]), "name").empty())
            check.errors.required((own / "options")[i], "must not be empty");
}

void validateGates(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonArray &readiness = arrayAt(spec, "readinessGates");
    for (size_t i = 0; i < readiness.size(); ++i) {
        const std::string_view type = textAt(asObject(readiness[i]), "conditionType");
        check.errors.invalidEach((path / "readinessGates")[i] / "conditionType", type, qualifiedNameErrors(type));
    }
    std::set<std::string_view> seen;
    const JsonArray &gates = arrayAt(spec, "schedulingGates");
    for (size_t i = 0; i < gates.size(); ++i) {
        const std::string_view name = textAt(asObject(gates[i]), "name");
        const FieldPath own = (path / "schedulingGates")[i];
        check.errors.invalidEach(own / "name", name, qualifiedNameErrors(name));
        if (!seen.insert(name).second)
            check.errors.duplicate(own, name);
    }
}

void validateHostAliases(Checker &check, const FieldPath &path, const JsonArray &aliases) {
    for (size_t i = 0; i < aliases.size(); ++i) {
        const JsonObject &alias = asObject(aliases[i]);
        check.ip(path[i] / "ip", textAt(alias, "ip"));
        for (const JsonValue &name : arrayAt(alias, "hostnames"))
            check.errors.invalidEach(path[i] / "hostnames", asText(name), dns1123SubdomainErrors(asText(name)));
    }
}

void validateNamesAndNumbers(Checker &check, const FieldPath &path, const JsonObject &spec) {
    check.optionalText(path, spec, "serviceAccountName", dns1123SubdomainErrors);
    check.optionalText(path, spec, "nodeName", dns1123SubdomainErrors);
    check.intRange(path, spec, "activeDeadlineSeconds", 1, INT32_MAX, "must be between 1 and 2147483647, inclusive");
    check.optionalText(path, spec, "hostname", dns1123LabelErrors);
    check.optionalText(path, spec, "subdomain", dns1123LabelErrors);
    validateTolerations(check, path / "tolerations", arrayAt(spec, "tolerations"));
    validateHostAliases(check, path / "hostAliases", arrayAt(spec, "hostAliases"));
    check.optionalText(path, spec, "priorityClassName", dns1123SubdomainErrors);
    check.optionalText(path, spec, "runtimeClassName", dns1123SubdomainErrors);
    check.optionalWord(path, spec, "preemptionPolicy", kPreemptionPolicies);
    validateResourceList(check, path / "overhead", objectAt(spec, "overhead"));
    if (hasAt(spec, "os"))
        check.requiredWord(path / "os", objectAt(spec, "os"), "name", kSystems);
}

void validateHostUsers(Checker &check, const FieldPath &path, const JsonObject &spec) {
    if (!hasAt(spec, "hostUsers") || flagAt(spec, "hostUsers"))
        return;
    for (const std::string_view name : {"hostNetwork", "hostPID", "hostIPC"})
        if (flagAt(spec, name))
            check.errors.forbidden(path / name, "when `pod.Spec.HostUsers` is false");
}

} // namespace

void validatePodSpec(Checker &check, const FieldPath &path, const JsonObject &spec) {
    PodNames names;
    names.hostNetwork = flagAt(spec, "hostNetwork");
    names.restartPolicy = textAt(spec, "restartPolicy");
    validateVolumes(check, path / "volumes", arrayAt(spec, "volumes"), names);
    collectClaims(check, path / "resourceClaims", arrayAt(spec, "resourceClaims"), names);
    validateContainers(check, path / "containers", arrayAt(spec, "containers"), ContainerKind::Regular, names);
    validateHostPorts(check, path / "containers", arrayAt(spec, "containers"), names.hostNetwork);
    validateContainers(check, path / "initContainers", arrayAt(spec, "initContainers"), ContainerKind::Init, names);
    validateContainers(check, path / "ephemeralContainers", arrayAt(spec, "ephemeralContainers"),
                       ContainerKind::Ephemeral, names);
    check.requiredWord(path, spec, "restartPolicy", kRestartPolicies);
    check.requiredWord(path, spec, "dnsPolicy", kDnsPolicies);
    check.labels(path / "nodeSelector", objectAt(spec, "nodeSelector"));
    validatePodSecurityContext(check, path / "securityContext", spec);
    const JsonArray &secrets = arrayAt(spec, "imagePullSecrets");
    for (size_t i = 0; i < secrets.size(); ++i)
        if (asObject(secrets[i]).size() > 1)
            check.errors.invalid((path / "imagePullSecrets")[i], secrets[i], "only name may be set");
    validateAffinity(check, path / "affinity", objectAt(spec, "affinity"));
    validateDns(check, path, spec);
    validateGates(check, path, spec);
    validateTopologySpread(check, path / "topologySpreadConstraints", arrayAt(spec, "topologySpreadConstraints"));
    validateHostUsers(check, path, spec);
    validateNamesAndNumbers(check, path, spec);
}

void validatePodTemplate(Checker &check, const FieldPath &path, const JsonObject &podTemplate, Words restartPolicies) {
    const FieldPath metadata = path / "metadata", specPath = path / "spec";
    check.labels(metadata / "labels", objectAt(podTemplate, "metadata", "labels"));
    for (const auto &[key, value] : objectAt(podTemplate, "metadata", "annotations"))
        check.errors.invalidEach(metadata / "annotations", std::string_view(key), qualifiedNameErrors(key));
    const JsonObject &spec = objectAt(podTemplate, "spec");
    validatePodSpec(check, specPath, spec);
    const std::string_view policy = textAt(spec, "restartPolicy");
    if (!policy.empty() && !oneOf(policy, restartPolicies) && oneOf(policy, kRestartPolicies))
        check.errors.notSupported(specPath / "restartPolicy", policy, restartPolicies);
    if (!arrayAt(spec, "ephemeralContainers").empty())
        check.errors.forbidden(specPath / "ephemeralContainers", "ephemeral containers not allowed in pod template");
}

} // namespace coracle::apiserver
