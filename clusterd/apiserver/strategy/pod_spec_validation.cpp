#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kRestartPolicies[] = {"Always", "OnFailure", "Never"};
constexpr std::string_view kDnsPolicies[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"};
constexpr std::string_view kPreemptionPolicies[] = {"Never", "PreemptLowerPriority"};
constexpr size_t kNameserversMax = 3, kSearchesMax = 32, kSearchTextMax = 2048, kHostnameMax = 64;

void collectClaims(Checker &check, const FieldPath &path, const JsonObject &spec, PodScope &scope) {
    check.each(path, spec, "resourceClaims", [&](const FieldPath &own, const JsonObject &claim) {
        const std::string_view name = textAt(claim, "name");
        if (check.requiredText(own, claim, "name", dns1123LabelErrors) && !scope.resourceClaims.emplace(name).second)
            check.errors.duplicate(own / "name", name);
        const bool byName = hasAt(claim, "resourceClaimName"), byTemplate = hasAt(claim, "resourceClaimTemplateName");
        if (byName && byTemplate)
            check.errors.invalid(own, claim,
                                 "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        if (!byName && !byTemplate)
            check.errors.invalid(own, claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        for (const std::string_view member : {"resourceClaimName", "resourceClaimTemplateName"})
            if (hasAt(claim, member))
                check.errors.invalidEach(own / member, textAt(claim, member),
                                         dns1123SubdomainErrors(textAt(claim, member)));
    });
}

/// A search path: a subdomain with an optional dot at the end, whose labels may have underscores.
void checkSearch(Checker &check, const FieldPath &path, std::string_view text) {
    if (text == ".")
        return;
    std::string plain(text.ends_with('.') ? text.substr(0, text.size() - 1) : text);
    std::ranges::replace(plain, '_', 'x');
    check.errors.invalidEach(path, text, dns1123SubdomainErrors(plain));
}

void validateDns(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const FieldPath own = path / "dnsConfig";
    const JsonObject &config = objectAt(spec, "dnsConfig");
    const JsonArray &servers = arrayAt(config, "nameservers"), &searches = arrayAt(config, "searches");
    if (textAt(spec, "dnsPolicy") == "None") {
        if (!hasAt(spec, "dnsConfig")) {
            check.errors.required(own, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if (servers.empty())
            check.errors.required(own / "nameservers",
                                  "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
    if (servers.size() > kNameserversMax)
        check.errors.invalid(own / "nameservers", servers, "must not have more than 3 nameservers");
    check.eachText(own, config, "nameservers", [&](const FieldPath &at, std::string_view ip) { check.ip(at, ip); });
    size_t bytes = searches.empty() ? 0 : searches.size() - 1;
    for (const JsonValue &search : searches)
        bytes += asText(search).size();
    if (searches.size() > kSearchesMax)
        check.errors.invalid(own / "searches", searches, "must not have more than 32 search paths");
    if (bytes > kSearchTextMax)
        check.errors.invalid(own / "searches", searches,
                             "must not have more than 2048 characters (including spaces) in the search list");
    check.eachText(own, config, "searches",
                   [&](const FieldPath &at, std::string_view text) { checkSearch(check, at, text); });
    check.each(own, config, "options", [&](const FieldPath &at, const JsonObject &option) {
        if (textAt(option, "name").empty())
            check.errors.required(at, "must not be empty");
    });
}

void validateGates(Checker &check, const FieldPath &path, const JsonObject &spec) {
    check.each(path, spec, "readinessGates", [&](const FieldPath &own, const JsonObject &gate) {
        const std::string_view type = textAt(gate, "conditionType");
        check.errors.invalidEach(own / "conditionType", type, qualifiedNameErrors(type));
    });
    std::set<std::string_view> seen;
    check.each(path, spec, "schedulingGates", [&](const FieldPath &own, const JsonObject &gate) {
        const std::string_view name = textAt(gate, "name");
        check.errors.invalidEach(own, name, qualifiedNameErrors(name));
        if (!seen.insert(name).second)
            check.errors.duplicate(own, name);
    });
}

void validateHostAliases(Checker &check, const FieldPath &path, const JsonObject &spec) {
    check.each(path, spec, "hostAliases", [&](const FieldPath &own, const JsonObject &alias) {
        check.ip(own / "ip", textAt(alias, "ip"));
        check.eachText(own, alias, "hostnames", [&](const FieldPath &at, std::string_view name) {
            check.errors.invalidEach(at, name, dns1123SubdomainErrors(name));
        });
    });
}

void validateHostname(Checker &check, const FieldPath &path, const JsonObject &spec) {
    check.optionalText(path, spec, "hostname", dns1123LabelErrors);
    check.optionalText(path, spec, "subdomain", dns1123LabelErrors);
    if (!hasAt(spec, "hostnameOverride"))
        return;
    const FieldPath own = path / "hostnameOverride";
    const std::string_view name = textAt(spec, "hostnameOverride");
    if (flagAt(spec, "hostNetwork"))
        check.errors.forbidden(own, "may not be specified when hostNetwork is true");
    if (flagAt(spec, "setHostnameAsFQDN"))
        check.errors.forbidden(own, "may not be specified when setHostnameAsFQDN is true");
    if (name.size() > kHostnameMax)
        check.errors.tooLong(own, kHostnameMax);
    check.errors.invalidEach(own, name, dns1123SubdomainErrors(name));
}

void validateNamesAndNumbers(Checker &check, const FieldPath &path, const JsonObject &spec) {
    check.optionalText(path, spec, "serviceAccountName", dns1123SubdomainErrors);
    check.optionalText(path, spec, "nodeName", dns1123SubdomainErrors);
    check.intRange(path, spec, "activeDeadlineSeconds", 1, INT32_MAX, "must be between 1 and 2147483647, inclusive");
    validateHostname(check, path, spec);
    validateTolerations(check, path / "tolerations", arrayAt(spec, "tolerations"));
    validateHostAliases(check, path, spec);
    check.optionalText(path, spec, "priorityClassName", dns1123SubdomainErrors);
    if (hasAt(spec, "runtimeClassName"))
        check.errors.invalidEach(path / "runtimeClassName", textAt(spec, "runtimeClassName"),
                                 dns1123SubdomainErrors(textAt(spec, "runtimeClassName")));
    if (hasAt(spec, "preemptionPolicy"))
        check.requiredWord(path, spec, "preemptionPolicy", kPreemptionPolicies);
    validateResourceList(check, path / "overhead", objectAt(spec, "overhead"));
}

/// A user namespace of its own excludes the host's other namespaces and its block devices.
void validateHostUsers(Checker &check, const FieldPath &path, const JsonObject &spec, const PodScope &scope) {
    if (scope.hostUsers)
        return;
    constexpr std::string_view kWords = "when `hostUsers` is false";
    if (flagAt(spec, "hostNetwork"))
        check.errors.forbidden(path / "hostNetwork", kWords);
    if (flagAt(spec, "hostPID"))
        check.errors.forbidden(path / "HostPID", kWords);
    if (flagAt(spec, "hostIPC"))
        check.errors.forbidden(path / "HostIPC", kWords);
    for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
        check.each(path, spec, list, [&](const FieldPath &own, const JsonObject &container) {
            if (!arrayAt(container, "volumeDevices").empty())
                check.errors.forbidden(own / "volumeDevices", kWords);
        });
}

/// A template may leave the host's port open: it is filled in when the pod is made.
void validateHostNetwork(Checker &check, const FieldPath &path, const JsonObject &spec, const PodScope &scope) {
    if (!scope.hostNetwork)
        return;
    check.each(path, spec, "containers", [&](const FieldPath &container, const JsonObject &object) {
        check.each(container, object, "ports", [&](const FieldPath &own, const JsonObject &port) {
            const int64_t hostPort = intAt(port, "hostPort");
            if ((scope.isPod || hostPort != 0) && hostPort != intAt(port, "containerPort"))
                check.errors.invalid(own / "hostPort", hostPort,
                                     "must match `containerPort` when `hostNetwork` is true");
        });
    });
}

} // namespace

void validatePodSpec(Checker &check, const FieldPath &path, const JsonObject &spec, PodForm form) {
    PodScope scope;
    scope.isPod = form == PodForm::Pod;
    scope.hostNetwork = flagAt(spec, "hostNetwork");
    scope.hostUsers = !hasAt(spec, "hostUsers") || flagAt(spec, "hostUsers");
    scope.restartPolicy = textAt(spec, "restartPolicy");
    scope.os = textAt(spec, "os", "name");
    if (hasAt(spec, "terminationGracePeriodSeconds"))
        scope.gracePeriod = intAt(spec, "terminationGracePeriodSeconds");
    validateVolumes(check, path / "volumes", arrayAt(spec, "volumes"), scope);
    collectClaims(check, path, spec, scope);
    validateContainers(check, path / "containers", arrayAt(spec, "containers"), ContainerKind::Regular, scope);
    validateContainers(check, path / "initContainers", arrayAt(spec, "initContainers"), ContainerKind::Init, scope);
    validateContainers(check, path / "ephemeralContainers", arrayAt(spec, "ephemeralContainers"),
                       ContainerKind::Ephemeral, scope);
    validatePodResources(check, path, spec);
    validateHostNetwork(check, path, spec, scope);
    check.requiredWord(path, spec, "restartPolicy", kRestartPolicies);
    check.requiredWord(path, spec, "dnsPolicy", kDnsPolicies);
    check.labels(path / "nodeSelector", objectAt(spec, "nodeSelector"));
    validatePodSecurityContext(check, path / "securityContext", spec);
    check.each(path, spec, "imagePullSecrets", [&](const FieldPath &own, const JsonObject &secret) {
        if (secret.size() > (secret.contains("name") ? 1u : 0u))
            check.errors.invalid(own, secret, "only name may be set");
    });
    validateAffinity(check, path / "affinity", objectAt(spec, "affinity"));
    validateDns(check, path, spec);
    validateGates(check, path, spec);
    validateTopologySpread(check, path / "topologySpreadConstraints", arrayAt(spec, "topologySpreadConstraints"));
    validateHostUsers(check, path, spec, scope);
    validateNamesAndNumbers(check, path, spec);
    validateOperatingSystem(check, path, spec);
}

void validatePodTemplate(Checker &check, const FieldPath &path, const JsonObject &podTemplate, Words restartPolicies) {
    const FieldPath metadata = path / "metadata", specPath = path / "spec";
    check.labels(metadata / "labels", objectAt(podTemplate, "metadata", "labels"));
    check.annotations(metadata / "annotations", objectAt(podTemplate, "metadata", "annotations"));
    const JsonObject &spec = objectAt(podTemplate, "spec");
    validatePodSpec(check, specPath, spec, PodForm::Template);
    const std::string_view policy = textAt(spec, "restartPolicy");
    if (!policy.empty() && !oneOf(policy, restartPolicies) && oneOf(policy, kRestartPolicies))
        check.errors.notSupported(specPath / "restartPolicy", policy, restartPolicies);
    if (!arrayAt(spec, "ephemeralContainers").empty())
        check.errors.forbidden(specPath / "ephemeralContainers", "ephemeral containers not allowed in pod template");
}

} // namespace coracle::apiserver
