#include "clusterd/apiserver/strategy/pod_validation.h"

#include <initializer_list>

/// What spec.os forbids: Linux pods have no Windows options, Windows pods nothing of Linux; and host process
/// containers, which exist on Windows only.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kContainerLists[] = {"initContainers", "containers", "ephemeralContainers"};
constexpr std::string_view kNotOnWindows = "cannot be set for a windows pod";

void forbid(Checker &check, const FieldPath &path, const JsonObject &object,
            std::initializer_list<std::string_view> names, std::string_view words) {
    for (const std::string_view name : names)
        if (hasAt(object, name))
            check.errors.forbidden(path / name, words);
}

void forbidFlags(Checker &check, const FieldPath &path, const JsonObject &object,
                 std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (flagAt(object, name))
            check.errors.forbidden(path / name, kNotOnWindows);
}

template<class Visit>
void eachContainer(Checker &check, const FieldPath &path, const JsonObject &spec, Visit visit) {
    for (const std::string_view list : kContainerLists)
        check.each(path, spec, list, visit);
}

void validateLinux(Checker &check, const FieldPath &path, const JsonObject &spec) {
    constexpr std::string_view kWords = "windows options cannot be set for a linux pod";
    forbid(check, path / "securityContext", objectAt(spec, "securityContext"), {"windowsOptions"}, kWords);
    eachContainer(check, path, spec, [&](const FieldPath &own, const JsonObject &container) {
        forbid(check, own / "securityContext", objectAt(container, "securityContext"), {"windowsOptions"}, kWords);
    });
}

void validateWindows(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonObject &context = objectAt(spec, "securityContext");
    forbid(check, path / "securityContext", context, {"appArmorProfile", "seLinuxOptions"}, kNotOnWindows);
    if (hasAt(spec, "hostUsers"))
        check.errors.forbidden(path / "hostUsers", kNotOnWindows);
    forbidFlags(check, path, spec, {"hostPID", "hostIPC"});
    forbid(check, path / "securityContext", context,
           {"seccompProfile", "fsGroup", "fsGroupChangePolicy", "seLinuxChangePolicy"}, kNotOnWindows);
    if (!arrayAt(context, "sysctls").empty())
        check.errors.forbidden(path / "securityContext" / "sysctls", kNotOnWindows);
    forbidFlags(check, path, spec, {"shareProcessNamespace"});
    forbid(check, path / "securityContext", context,
           {"runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy"}, kNotOnWindows);
    if (hasAt(spec, "resources"))
        check.errors.forbidden(path / "resources", kNotOnWindows);
    eachContainer(check, path, spec, [&](const FieldPath &own, const JsonObject &container) {
        forbid(check, own / "securityContext", objectAt(container, "securityContext"),
               {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem",
                "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"},
               kNotOnWindows);
    });
}

/// Host process containers: all of a pod's or none, and only in the host's network.
void validateHostProcess(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonValue *ofPod = memberAt(spec, "securityContext", "windowsOptions", "hostProcess");
    int with = 0, without = 0;
    eachContainer(check, path, spec, [&](const FieldPath &own, const JsonObject &container) {
        const JsonValue *ofContainer = memberAt(container, "securityContext", "windowsOptions", "hostProcess");
        if (ofPod && ofContainer && *ofPod != *ofContainer)
            check.errors.invalid(own / "securityContext" / "windowsOptions" / "hostProcess", *ofContainer,
                                 "pod hostProcess value must be identical if both are specified");
        const JsonValue *effective = ofContainer ? ofContainer : ofPod;
        (effective && *effective == JsonValue(true) ? with : without) += 1;
    });
    if (with == 0)
        return;
    if (without > 0)
        check.errors.invalid(path, "",
                             "If pod contains any hostProcess containers then all containers must be HostProcess "
                             "containers");
    if (!flagAt(spec, "hostNetwork"))
        check.errors.invalid(path / "hostNetwork", JsonValue(false),
                             "hostNetwork must be true if pod contains any hostProcess containers");
}

} // namespace

void validateOperatingSystem(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kSystems[] = {"linux", "windows"};
    validateHostProcess(check, path, spec);
    if (!hasAt(spec, "os"))
        return;
    const std::string_view name = textAt(spec, "os", "name");
    if (name.empty())
        check.errors.required(path / "os" / "name", "cannot be empty");
    else if (!oneOf(name, kSystems))
        check.errors.notSupported(path / "os", name, kSystems);
    else if (name == "linux")
        validateLinux(check, path, spec);
    else
        validateWindows(check, path, spec);
}

} // namespace coracle::apiserver
