#pragma once

#include "clusterd/scheduler/events.h"
#include "clusterd/scheduler/plugins/assume_cache.h"
#include "core/api/selector.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"
#include "core/base/async_event.h"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::client {
class Informer;
}

namespace coracle::scheduler {

class Informers;

/// Room that a storage system has for volumes of a class (CSIStorageCapacity).
struct StorageRoom {
    std::string storageClass;
    api::LabelSelector nodes;
    std::optional<api::Quantity> largest; ///< that one volume can be
};

/// What the volume plug-ins read, decoded once and kept current; one for all profiles, so that none binds what another
/// has decided about. One executor.
class VolumeCatalog {
public:
    VolumeCatalog(Informers &informers, const Executor &executor);

    AssumeCache<corev1::PersistentVolumeClaim> claims;
    AssumeCache<corev1::PersistentVolume> volumes;
    AsyncEvent changed; ///< notified after claims or volumes were

    const storagev1::StorageClass *storageClass(std::string_view name) const;
    const storagev1::CSIDriver *driver(std::string_view name) const;
    const storagev1::CSINode *node(std::string_view name) const;
    /// Whether a volume of the size can be made for the node. Drivers that don't tell their capacity always can.
    bool hasRoom(const storagev1::StorageClass &storageClass, const api::Quantity &size, const api::Object &node) const;
    /// The volumes of a storage class, by name.
    std::vector<AssumeCache<corev1::PersistentVolume>::Pointer> volumesOf(std::string_view storageClass) const;
    /// Names of the volumes that VolumeAttachments put on a node, by the driver.
    std::vector<std::pair<std::string, std::string>> attachedTo(std::string_view node) const;

private:
    std::map<std::string, storagev1::StorageClass, std::less<>> m_classes;
    std::map<std::string, storagev1::CSIDriver, std::less<>> m_drivers;
    std::map<std::string, storagev1::CSINode, std::less<>> m_nodes;
    std::unordered_map<std::string, StorageRoom> m_room; ///< by key
    std::map<std::string, std::set<std::string>, std::less<>> m_volumesByClass;
    client::Informer &m_attachments;
};

/// "driver/handle" of a CSI volume; empty for other volumes.
std::string csiVolumeKey(const corev1::PersistentVolume &volume);

/// Whether the waiting pod uses the claim: the hint of plug-ins that wait for their claims to change.
Hint usesClaim(const PodInfo &waiting, const ClusterChange &change);

} // namespace coracle::scheduler
