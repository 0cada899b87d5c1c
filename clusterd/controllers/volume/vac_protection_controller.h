#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Lets a VolumeAttributesClass that is being deleted go when no claim and no volume uses it any more (finalizer
/// kubernetes.io/vac-protection; KEP-3751). Reads: VolumeAttributesClasses, PersistentVolumeClaims, PersistentVolumes.
/// Writes: the classes' finalizers.
class VacProtectionController final : public Controller {
public:
    explicit VacProtectionController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void enqueueDeleted();
    Task<Result<bool>> isUsed(std::string name);

    client::Informer &m_classes;
};

} // namespace coracle::controllers
