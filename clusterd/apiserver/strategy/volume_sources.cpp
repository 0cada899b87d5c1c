#include "clusterd/apiserver/strategy/volume_sources.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// What must be set in sources that have few other rules; for secrets of PersistentVolumes also the namespace.
struct Needs {
    std::string_view source;
    std::array<std::string_view, 3> members;
};

constexpr Needs kNeeds[] = {
    {"awsElasticBlockStore", {"volumeID"}},
    {"azureDisk", {"diskName", "diskURI"}},
    {"azureFile", {"secretName", "shareName"}},
    {"cephfs", {"monitors"}},
    {"cinder", {"volumeID"}},
    {"flexVolume", {"driver"}},
    {"gcePersistentDisk", {"pdName"}},
    {"gitRepo", {"repository"}},
    {"glusterfs", {"endpoints", "path"}},
    {"iscsi", {"targetPortal", "iqn"}},
    {"nfs", {"server", "path"}},
    {"photonPersistentDisk", {"pdID"}},
    {"portworxVolume", {"volumeID"}},
    {"quobyte", {"registry", "volume"}},
    {"rbd", {"monitors", "image"}},
    {"scaleIO", {"gateway", "system", "volumeName"}},
    {"vsphereVolume", {"volumePath"}},
};

void checkPartition(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.intRange(path, source, "partition", 0, 255, "must be between 0 and 255, inclusive");
}

void checkHostPath(Checker &check, const FieldPath &path, const JsonObject &source) {
    static constexpr std::string_view kTypes[] = {
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
    if (check.requiredText(path, source, "path"))
        check.noWayUp(path / "path", textAt(source, "path"));
    check.optionalWord(path, source, "type", kTypes);
}

void checkLocal(Checker &check, const FieldPath &path, const JsonObject &source) {
    if (check.requiredText(path, source, "path"))
        check.noWayUp(path / "path", textAt(source, "path"));
}

void checkFibreChannel(Checker &check, const FieldPath &path, const JsonObject &source) {
    const bool names = !arrayAt(source, "targetWWNs").empty(), ids = !arrayAt(source, "wwids").empty();
    if (!names && !ids)
        check.errors.required(path / "targetWWNs", "must specify either targetWWNs or wwids, but not both");
    if (names && ids)
        check.errors.invalid(path / "targetWWNs", arrayAt(source, "targetWWNs"),
                             "targetWWNs and wwids can not be specified simultaneously");
    if (names && !hasAt(source, "lun"))
        check.errors.required(path / "lun", "lun is required if targetWWNs is specified");
    else if (names)
        check.intRange(path, source, "lun", 0, 255, "must be between 0 and 255, inclusive");
}

void checkIscsi(Checker &check, const FieldPath &path, const JsonObject &source) {
    const std::string_view iqn = textAt(source, "iqn");
    if (!iqn.empty() && !iqn.starts_with("iqn") && !iqn.starts_with("eui") && !iqn.starts_with("naa"))
        check.errors.invalid(path / "iqn", iqn, "must be valid format starting with iqn, eui, or naa");
    check.intRange(path, source, "lun", 0, 255, "must be between 0 and 255, inclusive");
    if ((flagAt(source, "chapAuthDiscovery") || flagAt(source, "chapAuthSession")) && !hasAt(source, "secretRef"))
        check.errors.required(path / "secretRef");
}

void checkFlocker(Checker &check, const FieldPath &path, const JsonObject &source) {
    const std::string_view name = textAt(source, "datasetName"), uuid = textAt(source, "datasetUUID");
    if (name.empty() && uuid.empty())
        check.errors.required(path, "one of datasetName and datasetUUID is required");
    if (!name.empty() && !uuid.empty())
        check.errors.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
    if (name.find('/') != name.npos)
        check.errors.invalid(path / "datasetName", name, "must not contain '/'");
}

void checkSecretRef(Checker &check, const FieldPath &path, const JsonObject &source, std::string_view name) {
    if (!hasAt(source, name))
        return;
    check.requiredText(path / name, objectAt(source, name), "name");
    check.requiredText(path / name, objectAt(source, name), "namespace");
}

void checkCsi(Checker &check, const FieldPath &path, const JsonObject &source, VolumeUse use) {
    if (check.requiredText(path, source, "driver")) {
        if (textAt(source, "driver").size() > 63)
            check.errors.tooLong(path / "driver", 63);
        check.errors.invalidEach(path / "driver", textAt(source, "driver"),
                                 csiDriverNameErrors(textAt(source, "driver")));
    }
    if (use == VolumeUse::Pod) {
        if (hasAt(source, "nodePublishSecretRef"))
            check.requiredText(path / "nodePublishSecretRef", objectAt(source, "nodePublishSecretRef"), "name",
                               dns1123SubdomainErrors);
        return;
    }
    check.requiredText(path, source, "volumeHandle");
    for (const std::string_view name : {"controllerPublishSecretRef", "controllerExpandSecretRef",
                                        "nodePublishSecretRef", "nodeExpandSecretRef", "nodeStageSecretRef"})
        checkSecretRef(check, path, source, name);
}

void checkAzureDisk(Checker &check, const FieldPath &path, const JsonObject &source) {
    static constexpr std::string_view kCaching[] = {"None", "ReadOnly", "ReadWrite"};
    static constexpr std::string_view kKinds[] = {"Dedicated", "Managed", "Shared"};
    check.optionalWord(path, source, "cachingMode", kCaching);
    check.optionalWord(path, source, "kind", kKinds);
    const bool managed = textAt(source, "kind") == "Managed";
    const std::string_view uri = textAt(source, "diskURI");
    if (managed && !uri.empty() && !uri.starts_with("/subscriptions/")) {
        static constexpr std::string_view kForm[] = {"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/"
                                                     "microsoft.compute/disks/{disk-id}"};
        check.errors.notSupported(path / "diskURI", uri, kForm);
    }
}

void checkDataSource(Checker &check, const FieldPath &path, const JsonObject &source) {
    check.requiredText(path, source, "name");
    check.requiredText(path, source, "kind");
    if (const std::string_view group = textAt(source, "apiGroup"); !group.empty())
        check.errors.invalidEach(path / "apiGroup", group, dns1123SubdomainErrors(group));
    else if (textAt(source, "kind") != "PersistentVolumeClaim")
        check.errors.invalid(path, textAt(source, "kind"),
                             "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    check.optionalText(path, source, "namespace", dns1123LabelErrors);
}

void checkDataSources(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const bool source = hasAt(spec, "dataSource"), reference = hasAt(spec, "dataSourceRef");
    if (source)
        checkDataSource(check, path / "dataSource", objectAt(spec, "dataSource"));
    if (reference)
        checkDataSource(check, path / "dataSourceRef", objectAt(spec, "dataSourceRef"));
    if (!source || !reference)
        return;
    const JsonObject &a = objectAt(spec, "dataSource"), &b = objectAt(spec, "dataSourceRef");
    if (!textAt(b, "namespace").empty())
        check.errors.invalid(path, (path / "dataSource").text(),
                             "may not be specified when dataSourceRef.namespace is specified");
    else if (!sameMember(a, b, "apiGroup") || !sameMember(a, b, "kind") || !sameMember(a, b, "name"))
        check.errors.invalid(path, (path / "dataSource").text(), "must match dataSourceRef");
}

} // namespace

void validateVolumeSource(Checker &check, const FieldPath &path, std::string_view name, const JsonObject &source,
                          VolumeUse use) {
    if (const auto *needs = std::ranges::find(kNeeds, name, &Needs::source); needs != std::end(kNeeds))
        for (const std::string_view member : needs->members)
            if (!member.empty())
                check.required(path, source, {member});
    if (name == "hostPath")
        checkHostPath(check, path, source);
    else if (name == "local")
        checkLocal(check, path, source);
    else if (name == "nfs" && !textAt(source, "path").empty() && !textAt(source, "path").starts_with('/'))
        check.errors.invalid(path / "path", textAt(source, "path"), "must be an absolute path");
    else if (name == "awsElasticBlockStore" || name == "gcePersistentDisk")
        checkPartition(check, path, source);
    else if (name == "gitRepo")
        check.localPath(path / "directory", textAt(source, "directory"));
    else if (name == "fc")
        checkFibreChannel(check, path, source);
    else if (name == "iscsi")
        checkIscsi(check, path, source);
    else if (name == "flocker")
        checkFlocker(check, path, source);
    else if (name == "csi")
        checkCsi(check, path, source, use);
    else if (name == "azureDisk")
        checkAzureDisk(check, path, source);
}

void validateAccessModes(Checker &check, const FieldPath &path, const JsonArray &modes, std::string_view needed) {
    static constexpr std::string_view kModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
    if (modes.empty())
        check.errors.required(path, needed);
    bool exclusive = false, other = false;
    for (const JsonValue &mode : modes) {
        (asText(mode) == "ReadWriteOncePod" ? exclusive : other) = true;
        if (!oneOf(asText(mode), kModes))
            check.errors.notSupported(path, asText(mode), kModes);
    }
    if (exclusive && other)
        check.errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
}

void validateClaimSpec(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kVolumeModes[] = {"Block", "Filesystem"};
    validateAccessModes(check, path / "accessModes", arrayAt(spec, "accessModes"),
                        "at least 1 access mode is required");
    check.labelSelector(path / "selector", objectAt(spec, "selector"));
    const FieldPath storage = (path / "resources").key("storage");
    if (const JsonValue *size = memberAt(spec, "resources", "requests", "storage"))
        check.positiveQuantity(storage, *size);
    else
        check.errors.required(storage);
    check.optionalText(path, spec, "storageClassName", dns1123SubdomainErrors);
    check.optionalWord(path, spec, "volumeMode", kVolumeModes);
    checkDataSources(check, path, spec);
    check.optionalText(path, spec, "volumeAttributesClassName", dns1123SubdomainErrors);
}

} // namespace coracle::apiserver
