#pragma once

#include "clusterd/controllers/runtime.h"
#include "clusterd/controllers/volume/local_path_config.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"

#include <optional>

namespace coracle::controllers {

/// Makes and deletes the volumes of classes whose provisioner is rancher.io/local-path, as Rancher's
/// local-path-provisioner does, without pods: it writes the PersistentVolume, and the volume's node makes and removes
/// the directory (kubelet/volumes/local_path_agent.h). A claim of a class that allows it may grow; the node raises the
/// directory's quota where the file system has such.
/// Reads: PersistentVolumeClaims, PersistentVolumes, StorageClasses, Nodes, ConfigMap kube-system/local-path-config.
/// Writes: PersistentVolumes (create, delete, capacity, its finalizer), claims (status of a resize; takes
/// selected-node away when the node is gone).
/// Keys are those of claims ("namespace/name") and of volumes ("name").
class LocalPathProvisioner final : public Controller {
public:
    explicit LocalPathProvisioner(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void volumeChanged(const ObjectPtr &before, const ObjectPtr &after);
    void configChanged(const ObjectPtr &object);
    void enqueueClaims();

    Task<Result<>> reconcileClaim(std::string key);
    Task<Result<>> provision(corev1::PersistentVolumeClaim claim, ObjectPtr about);
    Result<corev1::PersistentVolume> plan(const corev1::PersistentVolumeClaim &claim,
                                          const storagev1::StorageClass &storageClass, const api::Object &node);
    Task<Result<>> chooseAgain(corev1::PersistentVolumeClaim claim);
    Task<Result<>> resize(corev1::PersistentVolumeClaim claim, ObjectPtr about);
    std::optional<storagev1::StorageClass> classOf(const corev1::PersistentVolumeClaim &claim) const;

    Task<Result<>> reconcileVolume(std::string name);
    Task<Result<>> remove(corev1::PersistentVolume volume);
    Task<Result<>> letGo(corev1::PersistentVolume volume);
    Task<Result<bool>> nodeIsGone(std::string name);

    client::Informer &m_claims, &m_volumes, &m_classes, &m_nodes;
    std::optional<LocalPathConfig> m_config; ///< the last one that could be read
    std::string m_configError = "ConfigMap kube-system/local-path-config is missing";
};

} // namespace coracle::controllers
