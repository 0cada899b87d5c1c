#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Lets a volume that is being deleted go when it is not bound (finalizer kubernetes.io/pv-protection).
/// Reads: PersistentVolumes. Writes: their finalizers.
class PvProtectionController final : public Controller {
public:
    explicit PvProtectionController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_volumes;
};

} // namespace coracle::controllers
