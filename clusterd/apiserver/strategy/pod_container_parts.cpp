#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kEnvFields[] = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};

/// metadata.labels['key'] or metadata.annotations['key'].
bool isSubscript(std::string_view path) {
    return (path.starts_with("metadata.labels['") || path.starts_with("metadata.annotations['")) &&
           path.ends_with("']");
}

void validateFieldRef(Checker &check, const FieldPath &path, const JsonObject &reference) {
    const std::string_view field = textAt(reference, "fieldPath");
    if (field.empty())
        check.errors.required(path / "fieldPath");
    else if (!oneOf(field, kEnvFields) && !isSubscript(field)) {
        if (field == "metadata.labels" || field == "metadata.annotations")
            check.errors.notSupported(path / "fieldPath", field, kEnvFields);
        else
            check.errors.invalid(path / "fieldPath", field,
                                 "error converting fieldPath: field label not supported: " + std::string(field));
    }
}

void validateResourceRef(Checker &check, const FieldPath &path, const JsonObject &reference) {
    static constexpr std::string_view kResources[] = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                                      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
    const std::string_view resource = textAt(reference, "resource");
    if (resource.empty())
        check.errors.required(path / "resource");
    else if (!oneOf(resource, kResources) && !resource.starts_with("limits.hugepages-") &&
             !resource.starts_with("requests.hugepages-"))
        check.errors.notSupported(path / "resource", resource, kResources);
    const JsonValue *divisor = memberAt(reference, "divisor");
    if (!divisor)
        return;
    const std::optional<api::Quantity> amount = check.quantity(path / "divisor", *divisor);
    if (!amount || amount->isZero())
        return;
    const std::string text = amount->text();
    const bool cpu = resource.ends_with(".cpu");
    static constexpr std::string_view kUnits[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                  "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
    if (cpu ? text != "1" && text != "1m" : !oneOf(text, kUnits))
        check.errors.invalid(path / "divisor", resource,
                             cpu ? "only divisor's values 1m and 1 are supported with the cpu resource"
                                 : "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are "
                                   "supported with the memory resource");
}

void validateKeyRef(Checker &check, const FieldPath &path, const JsonObject &reference) {
    check.requiredText(path, reference, "name", dns1123SubdomainErrors);
    check.requiredText(path, reference, "key", configKeyErrors);
}

void validateValueFrom(Checker &check, const FieldPath &path, const JsonObject &variable) {
    const JsonObject &source = objectAt(variable, "valueFrom");
    int count = 0;
    auto each = [&](std::string_view name, auto rule) {
        if (hasAt(source, name)) {
            ++count;
            rule(check, path / name, objectAt(source, name));
        }
    };
    each("fieldRef", validateFieldRef);
    each("resourceFieldRef", validateResourceRef);
    each("configMapKeyRef", validateKeyRef);
    each("secretKeyRef", validateKeyRef);
    count += hasAt(source, "fileKeyRef");
    if (count == 0)
        check.errors.invalid(path, "",
                             "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                             "`secretKeyRef` or `fileKeyRef`");
    else if (!textAt(variable, "value").empty())
        check.errors.invalid(path, "", "may not be specified when `value` is not empty");
    else if (count > 1)
        check.errors.invalid(path, "", "may not have more than one field specified at a time");
}

/// A path below the volume: relative and without a way up.
void validateLocalPath(Checker &check, const FieldPath &path, std::string_view text) {
    if (text.starts_with('/'))
        check.errors.invalid(path, text, "must be a relative path");
    for (size_t start = 0; start <= text.size();) {
        const size_t end = std::min(text.find('/', start), text.size());
        if (text.substr(start, end - start) == "..") {
            check.errors.invalid(path, text, "must not contain '..'");
            return;
        }
        start = end + 1;
    }
}

void validateHttpGet(Checker &check, const FieldPath &path, const JsonObject &action) {
    static constexpr std::string_view kSchemes[] = {"HTTP", "HTTPS"};
    if (textAt(action, "path").empty())
        check.errors.required(path / "path");
    const JsonValue *port = memberAt(action, "port");
    check.portNumberOrName(path / "port", port ? *port : JsonValue(0));
    check.optionalWord(path, action, "scheme", kSchemes);
    const JsonArray &headers = arrayAt(action, "httpHeaders");
    for (size_t i = 0; i < headers.size(); ++i) {
        const std::string_view name = textAt(asObject(headers[i]), "name");
        if (name.empty() || !std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '-'; }))
            check.errors.invalid((path / "httpHeaders")[i] / "name", name,
                                 "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
                                 "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
    }
}

/// Exactly one of the actions.
void validateHandler(Checker &check, const FieldPath &path, const JsonObject &handler,
                     std::initializer_list<std::string_view> allowed) {
    int count = 0;
    for (const std::string_view name : allowed) {
        if (!hasAt(handler, name))
            continue;
        const FieldPath own = path / name;
        if (++count > 1) {
            check.errors.forbidden(own, "may not specify more than 1 handler type");
            continue;
        }
        const JsonObject &action = objectAt(handler, name);
        if (name == "exec" && arrayAt(action, "command").empty())
            check.errors.required(own / "command");
        else if (name == "httpGet")
            validateHttpGet(check, own, action);
        else if (name == "tcpSocket")
            check.portNumberOrName(own / "port", memberAt(action, "port") ? *memberAt(action, "port") : JsonValue(0));
        else if (name == "grpc")
            check.portNumber(own / "port", intAt(action, "port"));
        else if (name == "sleep" && intAt(action, "seconds") < 0)
            check.errors.invalid(own / "seconds", intAt(action, "seconds"), kNotNegative);
    }
    if (count == 0)
        check.errors.required(path, "must specify a handler type");
}

void validateMount(Checker &check, const FieldPath &path, const JsonObject &mount, const JsonObject &container,
                   const PodNames &names) {
    const std::string_view name = textAt(mount, "name");
    if (name.empty())
        check.errors.required(path / "name");
    else if (!names.volumes.contains(name))
        check.errors.notFound(path / "name", name);
    if (textAt(mount, "mountPath").empty())
        check.errors.required(path / "mountPath");
    validateLocalPath(check, path / "subPath", textAt(mount, "subPath"));
    validateLocalPath(check, path / "subPathExpr", textAt(mount, "subPathExpr"));
    if (!textAt(mount, "subPath").empty() && !textAt(mount, "subPathExpr").empty())
        check.errors.invalid(path / "subPathExpr", textAt(mount, "subPathExpr"),
                             "subPathExpr and subPath are mutually exclusive");
    static constexpr std::string_view kPropagation[] = {"Bidirectional", "HostToContainer", "None"};
    check.optionalWord(path, mount, "mountPropagation", kPropagation);
    if (textAt(mount, "mountPropagation") == "Bidirectional" && !flagAt(container, "securityContext", "privileged"))
        check.errors.forbidden(path / "mountPropagation",
                               "Bidirectional mount propagation is available only to privileged containers");
    static constexpr std::string_view kRecursive[] = {"Disabled", "Enabled", "IfPossible"};
    check.optionalWord(path, mount, "recursiveReadOnly", kRecursive);
    const std::string_view recursive = textAt(mount, "recursiveReadOnly");
    if ((recursive == "Enabled" || recursive == "IfPossible") && !flagAt(mount, "readOnly"))
        check.errors.forbidden(path / "recursiveReadOnly", "may only be specified when readOnly is true");
}

} // namespace

void validateEnvironment(Checker &check, const FieldPath &path, const JsonObject &container) {
    const JsonArray &variables = arrayAt(container, "env");
    for (size_t i = 0; i < variables.size(); ++i) {
        const FieldPath own = (path / "env")[i];
        check.requiredText(own, asObject(variables[i]), "name", envNameErrors);
        if (hasAt(asObject(variables[i]), "valueFrom"))
            validateValueFrom(check, own / "valueFrom", asObject(variables[i]));
    }
    const JsonArray &sources = arrayAt(container, "envFrom");
    for (size_t i = 0; i < sources.size(); ++i) {
        const JsonObject &source = asObject(sources[i]);
        const FieldPath own = (path / "envFrom")[i];
        check.optionalText(own, source, "prefix", envNameErrors);
        int count = 0;
        for (const std::string_view name : {"configMapRef", "secretRef"}) {
            if (!hasAt(source, name))
                continue;
            ++count;
            check.requiredText(own / name, objectAt(source, name), "name", dns1123SubdomainErrors);
        }
        if (count == 0)
            check.errors.invalid(own, "", "must specify one of: `configMapRef` or `secretRef`");
        else if (count > 1)
            check.errors.invalid(own, "", "may not have more than one field specified at a time");
    }
}

void validateVolumeMounts(Checker &check, const FieldPath &path, const JsonObject &container, const PodNames &names) {
    std::set<std::string_view> mountPaths, devicePaths, mounted;
    const JsonArray &mounts = arrayAt(container, "volumeMounts");
    for (size_t i = 0; i < mounts.size(); ++i) {
        const JsonObject &mount = asObject(mounts[i]);
        const FieldPath own = (path / "volumeMounts")[i];
        validateMount(check, own, mount, container, names);
        mounted.insert(textAt(mount, "name"));
        if (!mountPaths.insert(textAt(mount, "mountPath")).second)
            check.errors.invalid(own / "mountPath", textAt(mount, "mountPath"), "must be unique");
    }
    const JsonArray &devices = arrayAt(container, "volumeDevices");
    for (size_t i = 0; i < devices.size(); ++i) {
        const JsonObject &device = asObject(devices[i]);
        const FieldPath own = (path / "volumeDevices")[i];
        const std::string_view name = textAt(device, "name"), devicePath = textAt(device, "devicePath");
        if (name.empty())
            check.errors.required(own / "name");
        else if (!names.volumes.contains(name))
            check.errors.notFound(own / "name", name);
        else if (!names.claimVolumes.contains(name))
            check.errors.invalid(
                own / "name", name,
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        if (devicePath.empty())
            check.errors.required(own / "devicePath");
        else if (!devicePaths.insert(devicePath).second)
            check.errors.invalid(own / "devicePath", devicePath, "must be unique");
        if (mounted.contains(name))
            check.errors.invalid(own / "name", name, "must not already exist in volumeMounts");
    }
}

void validateProbe(Checker &check, const FieldPath &path, const JsonObject &probe, bool successOnce) {
    validateHandler(check, path, probe, {"exec", "httpGet", "tcpSocket", "grpc"});
    for (const std::string_view name :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        check.notNegative(path, probe, name);
    check.intRange(path, probe, "terminationGracePeriodSeconds", 1, INT64_MAX, "must be greater than 0");
    if (successOnce && intAt(probe, "successThreshold") != 1)
        check.errors.invalid(path / "successThreshold", intAt(probe, "successThreshold"), "must be 1");
}

void validateLifecycle(Checker &check, const FieldPath &path, const JsonObject &lifecycle) {
    for (const std::string_view name : {"postStart", "preStop"})
        if (hasAt(lifecycle, name))
            validateHandler(check, path / name, objectAt(lifecycle, name), {"exec", "httpGet", "tcpSocket", "sleep"});
}

} // namespace coracle::apiserver
