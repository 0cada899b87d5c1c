#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>
#include <fmt/format.h>

/// Environment variables of containers, and the references to fields that volumes have too.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kEnvFields[] = {
    "metadata.annotations", "metadata.labels",         "metadata.name", "metadata.namespace", "metadata.uid",
    "spec.nodeName",        "spec.serviceAccountName", "status.hostIP", "status.hostIPs",     "status.podIP",
    "status.podIPs"};
/// Those that a variable may take; sorted, as the words for a refused one show them.
constexpr std::string_view kEnvSupported[] = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};

/// The key in metadata.labels['key'] or metadata.annotations['key'].
struct Subscript {
    std::string_view path, key;
};

std::optional<Subscript> subscriptOf(std::string_view text) {
    const size_t open = text.find("['");
    if (open == text.npos || !text.ends_with("']") || text.size() < open + 4)
        return std::nullopt;
    return Subscript{text.substr(0, open), text.substr(open + 2, text.size() - open - 4)};
}

void checkSubscript(Checker &check, const FieldPath &path, const Subscript &subscript) {
    if (subscript.path == "metadata.labels") {
        check.errors.invalidEach(path, subscript.key, qualifiedNameErrors(subscript.key));
    } else if (subscript.path == "metadata.annotations") {
        std::string lower(subscript.key);
        std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
        check.errors.invalidEach(path, subscript.key, qualifiedNameErrors(lower));
    } else {
        check.errors.invalid(path, subscript.path, "does not support subscript");
    }
}

void checkKeyRef(Checker &check, const FieldPath &path, const JsonObject &reference) {
    check.requiredText(path, reference, "name", dns1123SubdomainErrors);
    check.requiredText(path, reference, "key", configKeyErrors);
}

void checkFileKeyRef(Checker &check, const FieldPath &path, const JsonObject &reference, const PodScope &scope) {
    check.requiredText(path, reference, "key", envNameErrors);
    const std::string_view volume = textAt(reference, "volumeName");
    if (check.requiredText(path, reference, "volumeName")) {
        const auto found = scope.volumes.find(volume);
        if (found == scope.volumes.end())
            check.errors.notFound(path / "volumeName", volume);
        else if (!hasAt(*found->second, "emptyDir"))
            check.errors.invalid(path / "volumeName", volume, "referenced volume must be of type emptyDir");
    }
    if (check.requiredText(path, reference, "path"))
        check.localPath(path / "path", textAt(reference, "path"));
}

void checkValueFrom(Checker &check, const FieldPath &path, const JsonObject &variable, const PodScope &scope) {
    const JsonObject &source = objectAt(variable, "valueFrom");
    int count = 0;
    auto given = [&](std::string_view name) {
        const bool has = hasAt(source, name);
        count += has;
        return has;
    };
    if (given("fieldRef"))
        validateFieldRef(check, path / "fieldRef", objectAt(source, "fieldRef"), kEnvSupported);
    if (given("resourceFieldRef"))
        validateResourceFieldRef(check, path / "resourceFieldRef", objectAt(source, "resourceFieldRef"), false);
    if (given("configMapKeyRef"))
        checkKeyRef(check, path / "configMapKeyRef", objectAt(source, "configMapKeyRef"));
    if (given("secretKeyRef"))
        checkKeyRef(check, path / "secretKeyRef", objectAt(source, "secretKeyRef"));
    if (given("fileKeyRef"))
        checkFileKeyRef(check, path / "fileKeyRef", objectAt(source, "fileKeyRef"), scope);
    if (count == 0)
        check.errors.invalid(path, "",
                             "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                             "`secretKeyRef` or `fileKeyRef`");
    else if (!textAt(variable, "value").empty())
        check.errors.invalid(path, "", "may not be specified when `value` is not empty");
    else if (count > 1)
        check.errors.invalid(path, "", "may not have more than one field specified at a time");
}

void checkEnvFrom(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.optionalText(path, source, "prefix", envNameErrors);
    int count = 0;
    for (const std::string_view name : {"configMapRef", "secretRef"}) {
        if (!hasAt(source, name))
            continue;
        ++count;
        check.requiredText(path / name, objectAt(source, name), "name", dns1123SubdomainErrors);
    }
    if (count == 0)
        check.errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    else if (count > 1)
        check.errors.invalid(path, "", "may not have more than one field specified at a time");
}

} // namespace

void validateFieldRef(Checker &check, const FieldPath &path, const JsonObject &reference, Words fields) {
    const std::string_view field = textAt(reference, "fieldPath");
    const std::optional<Subscript> subscript = subscriptOf(field);
    if (field.empty())
        check.errors.required(path / "fieldPath");
    else if (subscript)
        checkSubscript(check, path, *subscript);
    else if (!oneOf(field, kEnvFields))
        check.errors.invalid(path / "fieldPath", field,
                             fmt::format("error converting fieldPath: field label not supported: {}", field));
    else if (!oneOf(field, fields))
        check.errors.notSupported(path / "fieldPath", field, fields);
}

void validateResourceFieldRef(Checker &check, const FieldPath &path, const JsonObject &reference, bool inVolume) {
    static constexpr std::string_view kResources[] = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                                      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
    static constexpr std::string_view kUnits[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                  "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
    const std::string_view resource = textAt(reference, "resource");
    if (inVolume && textAt(reference, "containerName").empty()) {
        check.errors.required(path / "containerName");
        return;
    }
    if (resource.empty()) {
        check.errors.required(path / "resource");
        return;
    }
    if (!oneOf(resource, kResources) && !resource.starts_with("limits.hugepages-") &&
        !resource.starts_with("requests.hugepages-")) {
        check.errors.notSupported(path / "resource", resource, kResources);
        return;
    }
    const JsonValue *divisor = memberAt(reference, "divisor");
    if (!divisor)
        return;
    const std::optional<api::Quantity> amount = check.quantity(path / "divisor", *divisor);
    if (!amount || amount->isZero())
        return;
    const std::string text = amount->text();
    const std::string_view kind = resource.substr(resource.find('.') + 1);
    if (kind == "cpu" ? text != "1" && text != "1m" : !oneOf(text, kUnits))
        check.errors.invalid(path / "divisor", resource,
                             kind == "cpu"
                                 ? std::string("only divisor's values 1m and 1 are supported with the cpu resource")
                                 : fmt::format("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, "
                                               "1Pi, 1Ei are supported with the {} resource",
                                               kind == "ephemeral-storage" ? "local ephemeral storage"
                                               : kind == "memory"          ? "memory"
                                                                           : "hugepages"));
}

void validateEnvironment(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    check.each(path, container, "env", [&](const FieldPath &own, const JsonObject &variable) {
        check.requiredText(own, variable, "name", envNameErrors);
        if (hasAt(variable, "valueFrom"))
            checkValueFrom(check, own / "valueFrom", variable, scope);
    });
    check.each(path, container, "envFrom",
               [&](const FieldPath &own, const JsonObject &source) { checkEnvFrom(check, own, source); });
}

} // namespace coracle::apiserver
