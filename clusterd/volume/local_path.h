#pragma once

#include "core/api/types/core_v1.h"

#include <string>
#include <string_view>

/// What the provisioner of local volumes and the nodes that hold them say to each other: all of it lies in the
/// PersistentVolume. The provisioner makes and deletes the object; the node makes and removes the directory, and the
/// volume's finalizer goes when the directory has gone, however long the node is away. Names are those of Rancher's
/// local-path provisioner, so that volumes of K3s are taken over. Pure and thread-safe.
namespace coracle::volume::localpath {

inline constexpr std::string_view kProvisioner = "rancher.io/local-path";
/// On a volume: the name of its node.
inline constexpr std::string_view kNode = "local.path.provisioner/selected-node";
/// On a volume: its directory has been made, for so much data (spec.capacity.storage at that time).
inline constexpr std::string_view kPrepared = "coracle.io/local-path-prepared";
/// On a volume: its directory has to be removed first.
inline constexpr std::string_view kFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";

/// The provisioner made the volume.
bool isLocalPath(const corev1::PersistentVolume &volume);
/// The node that holds it; empty when the volume doesn't say.
std::string_view nodeOf(const corev1::PersistentVolume &volume);
/// Its directory; empty when it has none.
std::string_view pathOf(const corev1::PersistentVolume &volume);
/// <volume>_<namespace>_<claim>, as K3s names it.
std::string directoryName(std::string_view volume, std::string_view claimNamespace, std::string_view claim);
/// spec.capacity.storage as kPrepared has it.
std::string preparedFor(const corev1::PersistentVolume &volume);

/// What is to be done on the volume's node.
enum class Work {
    Nothing,
    Prepare, ///< make the directory
    Resize,  ///< it is there; another capacity is wanted
    Remove,  ///< the directory, then the finalizer
    LetGo,   ///< only the finalizer: the policy keeps the data
};
Work workOf(const corev1::PersistentVolume &volume);

} // namespace coracle::volume::localpath
