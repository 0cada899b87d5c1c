#include "clusterd/controllers/volume/local_path_volume.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/local_path.h"
#include "core/api/metadata.h"
#include "core/api/object_reference.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace coracle::controllers::localpath {

namespace {

namespace local = volume::localpath;

constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr std::array<std::string_view, 2> kAccessModes{"ReadWriteOnce", "ReadWriteOncePod"};
constexpr std::array<std::string_view, 1> kParameters{"nodePath"};

Result<> setSource(corev1::PersistentVolumeSpec &spec, std::string_view type, const std::string &path) {
    if (type == "local") {
        spec.local.ensure().path = path;
    } else if (type == "hostPath" || type.empty()) {
        corev1::HostPathVolumeSource &source = spec.hostPath.ensure();
        source.path = path;
        source.type = "DirectoryOrCreate";
    } else {
        return errors::other(fmt::format("\"{}\" is not a recognised volume type; use local or hostPath", type));
    }
    return {};
}

void tieTo(corev1::PersistentVolumeSpec &spec, std::string_view hostname) {
    corev1::NodeSelectorTerm &term = spec.nodeAffinity.ensure().required.ensure().nodeSelectorTerms.emplace_back();
    corev1::NodeSelectorRequirement &requirement = term.matchExpressions.emplace_back();
    requirement.key = kHostname;
    requirement.operator_ = "In";
    requirement.values.emplace_back(hostname);
}

} // namespace

std::string volumeName(const corev1::PersistentVolumeClaim &claim) {
    return "pvc-" + claim.metadata.uid;
}

Result<> checkRequest(const corev1::PersistentVolumeClaim &claim, const storagev1::StorageClass &storageClass) {
    if (claim.spec.selector)
        return errors::other("claim.Spec.Selector is not supported");
    for (const std::string &mode : claim.spec.accessModes)
        if (std::ranges::find(kAccessModes, mode) == kAccessModes.end())
            return errors::other("NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes");
    if (claim.spec.volumeMode && *claim.spec.volumeMode == "Block")
        return errors::other("volumeMode Block is not supported: local volumes are folders");
    if (claim.spec.dataSourceRef)
        return errors::other("dataSource is not supported: local volumes begin empty");
    for (const auto &[name, value] : storageClass.parameters)
        if (std::ranges::find(kParameters, name) == kParameters.end())
            return errors::other(
                fmt::format("parameter {} of StorageClass {} is not supported", name, storageClass.metadata.name));
    return {};
}

Result<corev1::PersistentVolume> makeVolume(const corev1::PersistentVolumeClaim &claim,
                                            const storagev1::StorageClass &storageClass, const api::Object &node,
                                            const std::string &folder) {
    corev1::PersistentVolume volume;
    volume.metadata.name = volumeName(claim);
    volume.metadata.annotations[std::string(volume::annotations::kProvisionedBy)] = local::kProvisioner;
    volume.metadata.annotations[std::string(local::kNode)] = node.name();
    volume.metadata.finalizers.emplace_back(local::kFinalizer);
    corev1::PersistentVolumeSpec &spec = volume.spec;
    spec.capacity["storage"] = claim.spec.resources.requests.contains("storage")
                                   ? claim.spec.resources.requests.at("storage")
                                   : api::Quantity();
    spec.accessModes = claim.spec.accessModes;
    spec.volumeMode = "Filesystem";
    spec.storageClassName = storageClass.metadata.name;
    spec.persistentVolumeReclaimPolicy = storageClass.reclaimPolicy.value_or("Delete");
    spec.mountOptions = storageClass.mountOptions;
    auto type = api::annotation(claim.metadata, "volumeType");
    if (!type)
        type = api::annotation(storageClass.metadata, "defaultVolumeType");
    const std::string name = local::directoryName(volume.metadata.name, claim.metadata.namespace_, claim.metadata.name);
    CHECK(setSource(spec, type.value_or(""), (std::filesystem::path(folder) / name).string()));
    tieTo(spec, node.label(kHostname).value_or(node.name()));
    spec.claimRef = api::referenceTo(claim);
    return volume;
}

} // namespace coracle::controllers::localpath
