#pragma once

#include "clusterd/controllers/runtime.h"
#include "clusterd/controllers/volume/binding_rules.h"
#include "clusterd/controllers/volume/free_volumes.h"

namespace coracle::controllers {

/// Binds claims to volumes, one to one, and says what becomes of a volume whose claim is gone
/// (kube-controller-manager's persistentvolume-binder). Volumes are made and removed by provisioners, which are asked
/// by annotation as external ones.
/// Reads: PersistentVolumeClaims, PersistentVolumes, StorageClasses, Pods. Writes: claims (volumeName, class,
/// annotations, status), volumes (claimRef, annotations, status).
/// Keys are those of claims ("namespace/name"), of volumes ("name"), and "/<class>" for the claims that wait for a
/// volume of a class. A volume belongs to the claim that its claimRef names by UID; that write is the first of a
/// binding and decides, by the volume's resourceVersion, who gets it. Bindings are written side by side, as many writes
/// share a commit; a volume that a claim has chosen is not offered to others until the write has failed.
class PersistentVolumeController final : public Controller {
public:
    explicit PersistentVolumeController(const ControllerContext &context);
    int workers() const override { return 16; }
    Task<Result<>> reconcile(std::string key) override;

private:
    void claimChanged(const ObjectPtr &before, const ObjectPtr &after);
    void volumeChanged(const ObjectPtr &before, const ObjectPtr &after);
    void classChanged(const ObjectPtr &before, const ObjectPtr &after);
    void enqueueWaiting(std::string_view storageClass);
    void enqueueMatching(std::string_view storageClass);
    void offer(const corev1::PersistentVolume &volume);

    Task<Result<>> reconcileClaim(std::string key);
    Task<Result<binding::ClaimFacts>> observe(const corev1::PersistentVolumeClaim &claim);
    Task<Result<std::optional<corev1::PersistentVolume>>> namedVolume(const corev1::PersistentVolumeClaim &claim);
    std::optional<corev1::PersistentVolume> chooseVolume(const corev1::PersistentVolumeClaim &claim, bool wait) const;
    std::optional<storagev1::StorageClass> classNamed(std::string_view name) const;
    std::string defaultClassName() const;
    std::vector<std::string> unscheduledPods(const corev1::PersistentVolumeClaim &claim) const;
    Task<Result<>> bind(corev1::PersistentVolumeClaim claim, corev1::PersistentVolume volume);
    Task<Result<>> writeBinding(corev1::PersistentVolumeClaim claim, corev1::PersistentVolume volume);
    Task<Result<>> writeStatus(corev1::PersistentVolumeClaim claim, const std::string &phase);

    Task<Result<>> reconcileVolume(std::string name);
    Task<Result<std::optional<corev1::PersistentVolumeClaim>>> claimOf(const corev1::PersistentVolume &volume);
    Task<Result<>> setPhase(corev1::PersistentVolume volume, const binding::VolumeDecision &decision);

    client::Informer &m_claims, &m_volumes, &m_classes, &m_pods;
    FreeVolumes m_free;
};

} // namespace coracle::controllers
