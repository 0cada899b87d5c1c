#include "clusterd/apiserver/strategy/pod_validation.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
constexpr std::string_view kPullPolicies[] = {"Always", "IfNotPresent", "Never"};
constexpr std::string_view kMessagePolicies[] = {"FallbackToLogsOnError", "File"};
constexpr size_t kRestartRulesMax = 20, kExitCodesMax = 255;

void validatePorts(Checker &check, const FieldPath &path, const JsonObject &container) {
    std::set<std::string_view> names;
    check.each(path, container, "ports", [&](const FieldPath &own, const JsonObject &port) {
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
    });
}

/// No two containers may want the same port of the host.
void validateHostPorts(Checker &check, const FieldPath &path, const JsonObject &container,
                       std::set<std::string> &taken) {
    check.each(path, container, "ports", [&](const FieldPath &own, const JsonObject &port) {
        const int64_t hostPort = intAt(port, "hostPort");
        const std::string key = fmt::format("{}/{}/{}", textAt(port, "protocol"), textAt(port, "hostIP"), hostPort);
        if (hostPort != 0 && !taken.insert(key).second)
            check.errors.duplicate(own / "hostPort", key);
    });
}

void validateResizePolicies(Checker &check, const FieldPath &path, const JsonObject &container,
                            std::string_view podRestartPolicy) {
    static constexpr std::string_view kPolicies[] = {"NotRequired", "RestartContainer"};
    static constexpr std::string_view kResizable[] = {"cpu", "memory"};
    std::set<std::string_view> seen;
    check.each(path, container, "resizePolicy", [&](const FieldPath &own, const JsonObject &policy) {
        const std::string_view resource = textAt(policy, "resourceName");
        if (!seen.insert(resource).second)
            check.errors.duplicate(own, resource);
        check.requiredWord(own, policy, "resourceName", kResizable);
        check.requiredWord(own, policy, "restartPolicy", kPolicies);
        if (podRestartPolicy == "Never" && textAt(policy, "restartPolicy") != "NotRequired")
            check.errors.invalid(path / "resizePolicy", textAt(policy, "restartPolicy"),
                                 "must be 'NotRequired' when `restartPolicy` is 'Never'");
    });
}

void validateRestartRule(Checker &check, const FieldPath &path, const JsonObject &rule) {
    static constexpr std::string_view kActions[] = {"Restart", "RestartAllContainers"};
    static constexpr std::string_view kOperators[] = {"In", "NotIn"};
    check.requiredWord(path, rule, "action", kActions);
    const FieldPath own = path / "exitCodes";
    if (!hasAt(rule, "exitCodes")) {
        check.errors.required(own, "must be specified");
        return;
    }
    const JsonObject &codes = objectAt(rule, "exitCodes");
    check.requiredWord(own, codes, "operator", kOperators);
    if (arrayAt(codes, "values").empty())
        check.errors.invalid(own / "values", arrayAt(codes, "values"), "must have at least 1 value");
    check.maxItems(own, codes, "values", kExitCodesMax);
}

/// A container's own restart policy and the rules beside it.
void validateRestartPolicy(Checker &check, const FieldPath &path, const JsonObject &container, ContainerKind kind) {
    static constexpr std::string_view kPolicies[] = {"Always", "Never", "OnFailure"};
    if (kind == ContainerKind::Ephemeral)
        return;
    const bool rules = !arrayAt(container, "restartPolicyRules").empty();
    if (!hasAt(container, "restartPolicy")) {
        if (rules)
            check.errors.required(path / "restartPolicy", "must specify restartPolicy when restart rules are used");
        return;
    }
    const std::string_view policy = textAt(container, "restartPolicy");
    if (!oneOf(policy, kPolicies))
        check.errors.notSupported(path / "restartPolicy", policy, kPolicies);
    if (rules && kind == ContainerKind::Init && policy == "Always")
        check.errors.forbidden(path / "restartPolicyRules",
                               "restartPolicyRules are not allowed for init containers with restart policy \"Always\"");
    check.maxItems(path, container, "restartPolicyRules", kRestartRulesMax);
    check.each(path, container, "restartPolicyRules",
               [&](const FieldPath &own, const JsonObject &rule) { validateRestartRule(check, own, rule); });
}

/// What every kind of container has.
void validateCommon(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    check.requiredText(path, container, "name", dns1123LabelErrors);
    const std::string_view image = textAt(container, "image");
    if (image.empty())
        check.errors.required(path / "image");
    check.requiredWord(path, container, "terminationMessagePolicy", kMessagePolicies);
    validatePorts(check, path, container);
    validateEnvironment(check, path, container, scope);
    validateVolumeMounts(check, path, container, scope);
    check.requiredWord(path, container, "imagePullPolicy", kPullPolicies);
    validateResources(check, path / "resources", objectAt(container, "resources"), scope);
    validateResizePolicies(check, path, container, scope.restartPolicy);
    validateContainerSecurityContext(check, path / "securityContext", objectAt(container, "securityContext"),
                                     scope.hostUsers);
    const std::string_view spaces = " \t\n\r\v\f";
    if (scope.isPod && !image.empty() &&
        (spaces.find(image.front()) != spaces.npos || spaces.find(image.back()) != spaces.npos))
        check.errors.invalid(path / "image", image, "must not have leading or trailing whitespace");
}

void forbidMembers(Checker &check, const FieldPath &path, const JsonObject &container,
                   std::initializer_list<std::string_view> members, std::string_view detail) {
    for (const std::string_view member : members)
        if (!isEmptyJson(container.if_contains(member)))
            check.errors.forbidden(path / member, detail);
}

void validateInit(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    if (textAt(container, "restartPolicy") == "Always") {
        validateHooks(check, path, container, scope); // a sidecar
        return;
    }
    if (!arrayAt(container, "resizePolicy").empty())
        check.errors.invalid(path / "resizePolicy", arrayAt(container, "resizePolicy"),
                             "must not be set for init containers");
    forbidMembers(check, path, container, {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"},
                  "may not be set for init containers without restartPolicy=Always");
}

void validateEphemeral(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    constexpr std::string_view kWords = "cannot be set for an Ephemeral Container";
    const std::string_view target = textAt(container, "targetContainerName");
    if (!target.empty() && !scope.containers.contains(target))
        check.errors.notFound(path / "targetContainerName", target);
    forbidMembers(check, path, container,
                  {"ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy",
                   "restartPolicy", "restartPolicyRules"},
                  kWords);
    check.each(path, container, "volumeMounts", [&](const FieldPath &own, const JsonObject &mount) {
        forbidMembers(check, own, mount, {"subPath", "subPathExpr"}, kWords);
    });
}

} // namespace

void validateContainers(Checker &check, const FieldPath &path, const JsonArray &containers, ContainerKind kind,
                        PodScope &scope) {
    if (containers.empty() && kind == ContainerKind::Regular)
        check.errors.required(path);
    std::set<std::string> hostPorts;
    std::set<std::string_view> ephemeral;
    for (size_t i = 0; i < containers.size(); ++i) {
        const JsonObject &container = asObject(containers[i]);
        const std::string_view name = textAt(container, "name");
        validateCommon(check, path[i], container, scope);
        if (!name.empty() && (scope.containers.contains(name) || ephemeral.contains(name)))
            check.errors.duplicate(path[i] / "name", name);
        validateRestartPolicy(check, path[i], container, kind);
        if (kind == ContainerKind::Ephemeral) {
            validateEphemeral(check, path[i], container, scope); // may only target the others
            ephemeral.insert(name);
            continue;
        }
        scope.containers.emplace(name);
        if (kind == ContainerKind::Init) {
            hostPorts.clear(); // init containers run one after the other
            validateHostPorts(check, path[i], container, hostPorts);
            validateInit(check, path[i], container, scope);
        } else {
            validateHooks(check, path[i], container, scope);
        }
    }
    if (kind == ContainerKind::Regular)
        for (size_t i = 0; i < containers.size(); ++i)
            validateHostPorts(check, path[i], asObject(containers[i]), hostPorts);
}

} // namespace coracle::apiserver
