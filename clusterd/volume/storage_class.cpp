#include "clusterd/volume/storage_class.h"

#include "clusterd/volume/annotations.h"
#include "core/api/metadata.h"

#include <algorithm>

namespace coracle::volume {

namespace {

bool holds(const corev1::TopologySelectorTerm &term, const api::Object &node) {
    return std::ranges::all_of(
        term.matchLabelExpressions, [&](const corev1::TopologySelectorLabelRequirement &requirement) {
            const auto value = node.label(requirement.key);
            return value && std::ranges::find(requirement.values, *value) != requirement.values.end();
        });
}

} // namespace

std::string_view classOf(const corev1::PersistentVolumeClaim &claim) {
    if (const auto name = api::annotation(claim.metadata, annotations::kBetaStorageClass))
        return *name;
    return claim.spec.storageClassName ? std::string_view(*claim.spec.storageClassName) : std::string_view();
}

std::string_view classOf(const corev1::PersistentVolume &volume) {
    if (const auto name = api::annotation(volume.metadata, annotations::kBetaStorageClass))
        return *name;
    return volume.spec.storageClassName;
}

bool saysClass(const corev1::PersistentVolumeClaim &claim) {
    return claim.spec.storageClassName || api::annotation(claim.metadata, annotations::kBetaStorageClass);
}

bool waitsForConsumer(const storagev1::StorageClass &storageClass) {
    return storageClass.volumeBindingMode == "WaitForFirstConsumer";
}

bool isStatic(const storagev1::StorageClass &storageClass) {
    return storageClass.provisioner == kNoProvisioner;
}

bool isDefault(const storagev1::StorageClass &storageClass) {
    for (const std::string_view name : {annotations::kDefaultClass, annotations::kBetaDefaultClass})
        if (api::annotation(storageClass.metadata, name) == "true")
            return true;
    return false;
}

const storagev1::StorageClass *defaultClass(std::span<const storagev1::StorageClass> classes) {
    const storagev1::StorageClass *chosen = nullptr;
    for (const storagev1::StorageClass &candidate : classes) {
        if (!isDefault(candidate))
            continue;
        const auto age = [](const storagev1::StorageClass &c) { return c.metadata.creationTimestamp; };
        if (!chosen || age(candidate) > age(*chosen) ||
            (age(candidate) == age(*chosen) && candidate.metadata.name < chosen->metadata.name))
            chosen = &candidate;
    }
    return chosen;
}

bool allowsNode(const storagev1::StorageClass &storageClass, const api::Object &node) {
    const auto &terms = storageClass.allowedTopologies;
    return terms.empty() ||
           std::ranges::any_of(terms, [&](const corev1::TopologySelectorTerm &term) { return holds(term, node); });
}

} // namespace coracle::volume
