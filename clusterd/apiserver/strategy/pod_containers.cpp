#include "clusterd/apiserver/strategy/pod_validation.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
constexpr std::string_view kPullPolicies[] = {"Always", "IfNotPresent", "Never"};
constexpr std::string_view kMessagePolicies[] = {"FallbackToLogsOnError", "File"};
constexpr std::string_view kResizePolicies[] = {"NotRequired", "RestartContainer"};
constexpr std::string_view kResizable[] = {"cpu", "memory"};

void validatePorts(Checker &check, const FieldPath &path, const JsonArray &ports) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < ports.size(); ++i) {
        const JsonObject &port = asObject(ports[i]);
        const FieldPath own = path[i];
        if (const std::string_view name = textAt(port, "name"); !name.empty()) {
            const Problems problems = portNameErrors(name);
            check.errors.invalidEach(own / "name", name, problems);
            if (problems.empty() && !names.insert(name).second)
                check.errors.duplicate(own / "name", name);
        }
        if (intAt(port, "containerPort") == 0)
            check.errors.required(own / "containerPort");
        else
            check.portNumber(own / "containerPort", intAt(port, "containerPort"));
        if (intAt(port, "hostPort") != 0)
            check.portNumber(own / "hostPort", intAt(port, "hostPort"));
        check.requiredWord(own, port, "protocol", kProtocols);
        if (const std::string_view ip = textAt(port, "hostIP"); !ip.empty())
            check.ip(own / "hostIP", ip);
    }
}

void validateResizePolicies(Checker &check, const FieldPath &path, const JsonArray &policies,
                            std::string_view restartPolicy) {
    std::set<std::string_view> seen;
    for (size_t i = 0; i < policies.size(); ++i) {
        const JsonObject &policy = asObject(policies[i]);
        check.requiredWord(path[i], policy, "resourceName", kResizable);
        check.requiredWord(path[i], policy, "restartPolicy", kResizePolicies);
        if (!seen.insert(textAt(policy, "resourceName")).second)
            check.errors.duplicate(path[i], textAt(policy, "resourceName"));
        if (restartPolicy == "Never" && textAt(policy, "restartPolicy") != "NotRequired")
            check.errors.invalid(path[i], textAt(policy, "restartPolicy"),
                                 "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
}

/// What every kind of container has.
void validateCommon(Checker &check, const FieldPath &path, const JsonObject &container, PodNames &names) {
    const std::string_view name = textAt(container, "name");
    if (check.requiredText(path, container, "name", dns1123LabelErrors) && !names.containers.emplace(name).second)
        check.errors.duplicate(path / "name", name);
    const std::string_view image = textAt(container, "image");
    if (image.empty())
        check.errors.required(path / "image");
    else if (std::string_view(" \t\n").find(image.front()) != std::string_view::npos ||
             std::string_view(" \t\n").find(image.back()) != std::string_view::npos)
        check.errors.invalid(path / "image", image, "must not have leading or trailing whitespace");
    check.requiredWord(path, container, "terminationMessagePolicy", kMessagePolicies);
    validatePorts(check, path / "ports", arrayAt(container, "ports"));
    validateEnvironment(check, path, container);
    validateVolumeMounts(check, path, container, names);
    check.requiredWord(path, container, "imagePullPolicy", kPullPolicies);
    validateResources(check, path / "resources", objectAt(container, "resources"), names);
    validateResizePolicies(check, path / "resizePolicy", arrayAt(container, "resizePolicy"), names.restartPolicy);
    validateContainerSecurityContext(check, path / "securityContext", objectAt(container, "securityContext"));
}

void validateHooks(Checker &check, const FieldPath &path, const JsonObject &container) {
    validateLifecycle(check, path / "lifecycle", objectAt(container, "lifecycle"));
    if (hasAt(container, "livenessProbe"))
        validateProbe(check, path / "livenessProbe", objectAt(container, "livenessProbe"), true);
    if (hasAt(container, "readinessProbe"))
        validateProbe(check, path / "readinessProbe", objectAt(container, "readinessProbe"), false);
    if (hasAt(container, "readinessProbe", "terminationGracePeriodSeconds"))
        check.errors.invalid(path / "readinessProbe" / "terminationGracePeriodSeconds",
                             intAt(container, "readinessProbe", "terminationGracePeriodSeconds"),
                             "must not be set for readinessProbes");
    if (hasAt(container, "startupProbe"))
        validateProbe(check, path / "startupProbe", objectAt(container, "startupProbe"), true);
}

void forbidMembers(Checker &check, const FieldPath &path, const JsonObject &container,
                   std::initializer_list<std::string_view> members, std::string_view detail) {
    for (const std::string_view member : members)
        if (!isEmptyJson(container.if_contains(member)))
            check.errors.forbidden(path / member, detail);
}

void validateInit(Checker &check, const FieldPath &path, const JsonObject &container) {
    const std::string_view restartPolicy = textAt(container, "restartPolicy");
    if (restartPolicy == "Always") {
        validateHooks(check, path, container); // a sidecar
        return;
    }
    forbidMembers(check, path, container, {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"},
                  "may not be set for init containers without restartPolicy=Always");
}

void validateEphemeral(Checker &check, const FieldPath &path, const JsonObject &container, const PodNames &names) {
    forbidMembers(check, path, container,
                  {"ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy",
                   "restartPolicy"},
                  "cannot be set for an Ephemeral Container");
    const JsonArray &mounts = arrayAt(container, "volumeMounts");
    for (size_t i = 0; i < mounts.size(); ++i)
        forbidMembers(check, (path / "volumeMounts")[i], asObject(mounts[i]), {"subPath", "subPathExpr"},
                      "cannot be set for an Ephemeral Container");
    const std::string_view target = textAt(container, "targetContainerName");
    if (!target.empty() && !names.containers.contains(target))
        check.errors.notFound(path / "targetContainerName", target);
}

} // namespace

void validateContainers(Checker &check, const FieldPath &path, const JsonArray &containers, ContainerKind kind,
                        PodNames &names) {
    if (containers.empty() && kind == ContainerKind::Regular)
        check.errors.required(path);
    for (size_t i = 0; i < containers.size(); ++i) {
        const JsonObject &container = asObject(containers[i]);
        validateCommon(check, path[i], container, names);
        constexpr std::string_view kRestartPolicies[] = {"Always", "Never", "OnFailure"};
        check.optionalWord(path[i], container, "restartPolicy", kRestartPolicies);
        if (kind == ContainerKind::Init)
            validateInit(check, path[i], container);
        else if (kind == ContainerKind::Ephemeral)
            validateEphemeral(check, path[i], container, names);
        else
            validateHooks(check, path[i], container);
    }
}

void validateHostPorts(Checker &check, const FieldPath &path, const JsonArray &containers, bool hostNetwork) {
    std::set<std::string> taken;
    for (size_t i = 0; i < containers.size(); ++i) {
        const JsonArray &ports = arrayAt(asObject(containers[i]), "ports");
        for (size_t j = 0; j < ports.size(); ++j) {
            const JsonObject &port = asObject(ports[j]);
            const int64_t hostPort = intAt(port, "hostPort");
            const FieldPath own = (path[i] / "ports")[j];
            if (hostNetwork && hostPort != intAt(port, "containerPort"))
                check.errors.invalid(own / "containerPort", intAt(port, "containerPort"),
                                     "must match `hostPort` when `hostNetwork` is true");
            if (hostPort == 0)
                continue;
            const std::string key = fmt::format("{}/{}/{}", textAt(port, "protocol"), textAt(port, "hostIP"), hostPort);
            if (!taken.insert(key).second)
                check.errors.duplicate(own / "hostPort", key);
        }
    }
}

} // namespace coracle::apiserver
