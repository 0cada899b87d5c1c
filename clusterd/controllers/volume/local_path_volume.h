#pragma once

#include "core/api/object.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"
#include "core/base/result.h"

#include <string>

namespace coracle::controllers::localpath {

/// pvc-<uid>: a claim has one volume, however often it is tried.
std::string volumeName(const corev1::PersistentVolumeClaim &claim);

/// Whether the provisioner can serve the claim at all; the error is for the claim's event.
Result<> checkRequest(const corev1::PersistentVolumeClaim &claim, const storagev1::StorageClass &storageClass);

/// The volume of a claim on a node, in the folder: of type local or hostPath, by the claim's annotation volumeType or
/// the class's defaultVolumeType (hostPath when neither says). An error names the annotation that is wrong.
Result<corev1::PersistentVolume> makeVolume(const corev1::PersistentVolumeClaim &claim,
                                            const storagev1::StorageClass &storageClass, const api::Object &node,
                                            const std::string &folder);

} // namespace coracle::controllers::localpath
