#include "clusterd/apiserver/strategy/pod_validation.h"

/// How containers use the pod's volumes: as folders (volumeMounts) and as block devices (volumeDevices).
namespace coracle::apiserver {

namespace {

bool hasPropagation(const JsonObject &mount) {
    const std::string_view propagation = textAt(mount, "mountPropagation");
    return !propagation.empty() && propagation != "None";
}

void checkRecursive(Checker &check, const FieldPath &path, const JsonObject &mount) {
    static constexpr std::string_view kRecursive[] = {"Disabled", "Enabled", "IfPossible"};
    check.optionalWord(path, mount, "recursiveReadOnly", kRecursive);
    const std::string_view recursive = textAt(mount, "recursiveReadOnly");
    if (recursive != "Enabled" && recursive != "IfPossible")
        return;
    if (!flagAt(mount, "readOnly"))
        check.errors.forbidden(path / "recursiveReadOnly", "may only be specified when readOnly is true");
    if (hasPropagation(mount))
        check.errors.forbidden(path / "recursiveReadOnly",
                               "may only be specified when mountPropagation is None or not specified");
}

void checkMount(Checker &check, const FieldPath &path, const JsonObject &mount, const JsonObject &container,
                const PodScope &scope) {
    const std::string_view name = textAt(mount, "name");
    if (name.empty())
        check.errors.required(path / "name");
    else if (!scope.volumes.contains(name))
        check.errors.notFound(path / "name", name);
    if (textAt(mount, "mountPath").empty())
        check.errors.required(path / "mountPath");
    check.localPath(path / "subPath", textAt(mount, "subPath"));
    if (!textAt(mount, "subPathExpr").empty()) {
        if (!textAt(mount, "subPath").empty())
            check.errors.invalid(path / "subPathExpr", textAt(mount, "subPathExpr"),
                                 "subPathExpr and subPath are mutually exclusive");
        check.localPath(path / "subPathExpr", textAt(mount, "subPathExpr"));
    }
    static constexpr std::string_view kPropagation[] = {"Bidirectional", "HostToContainer", "None"};
    check.optionalWord(path, mount, "mountPropagation", kPropagation);
    if (textAt(mount, "mountPropagation") == "Bidirectional" && !flagAt(container, "securityContext", "privileged"))
        check.errors.forbidden(path / "mountPropagation",
                               "Bidirectional mount propagation is available only to privileged containers");
    checkRecursive(check, path, mount);
}

void checkDevice(Checker &check, const FieldPath &path, const JsonObject &device, const PodScope &scope) {
    const std::string_view name = textAt(device, "name");
    const auto volume = scope.volumes.find(name);
    if (name.empty())
        check.errors.required(path / "name");
    else if (volume == scope.volumes.end())
        check.errors.notFound(path / "name", name);
    else if (!hasAt(*volume->second, "persistentVolumeClaim") && !hasAt(*volume->second, "ephemeral"))
        check.errors.invalid(path / "name", name,
                             "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
    if (textAt(device, "devicePath").empty())
        check.errors.required(path / "devicePath");
    else
        check.noWayUp(path / "devicePath", textAt(device, "devicePath"));
}

} // namespace

void validateVolumeMounts(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    std::set<std::string_view> mountPaths, devicePaths, devices, seenDevices;
    std::set<std::string_view> mounted;
    for (const JsonValue &device : arrayAt(container, "volumeDevices"))
        devices.insert(textAt(asObject(device), "name"));
    check.each(path, container, "volumeMounts", [&](const FieldPath &own, const JsonObject &mount) {
        const std::string_view name = textAt(mount, "name"), mountPath = textAt(mount, "mountPath");
        checkMount(check, own, mount, container, scope);
        if (!mountPath.empty() && !mountPaths.insert(mountPath).second)
            check.errors.invalid(own / "mountPath", mountPath, "must be unique");
        if (!name.empty() && devices.contains(name))
            check.errors.invalid(own / "name", name, "must not already exist in volumeDevices");
        mounted.insert(name);
    });
    check.each(path, container, "volumeDevices", [&](const FieldPath &own, const JsonObject &device) {
        const std::string_view name = textAt(device, "name"), devicePath = textAt(device, "devicePath");
        checkDevice(check, own, device, scope);
        if (!devicePath.empty() && !devicePaths.insert(devicePath).second)
            check.errors.invalid(own / "devicePath", devicePath, "must be unique");
        if (!name.empty() && !seenDevices.insert(name).second)
            check.errors.invalid(own / "name", name, "must be unique");
        if (!name.empty() && mounted.contains(name))
            check.errors.invalid(own / "name", name, "must not already exist in volumeMounts");
    });
}

} // namespace coracle::apiserver
