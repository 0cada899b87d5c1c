#include "clusterd/controllers/volume/pv_protection_controller.h"

#include "clusterd/controllers/volume/finalizer.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

namespace {

Task<Result<bool>> isBound(const corev1::PersistentVolume &volume) {
    co_return volume.status.phase == "Bound";
}

} // namespace

PvProtectionController::PvProtectionController(const ControllerContext &context)
    : Controller(context, "pv-protection"), m_volumes(informers().get<corev1::PersistentVolume>()) {
    enqueueOnChange(m_volumes);
}

Task<Result<>> PvProtectionController::reconcile(std::string key) {
    const ObjectPtr volume = m_volumes.get(key);
    if (!volume)
        co_return Result<>{};
    co_return co_await keepFinalizer<corev1::PersistentVolume>(client(), volume, "kubernetes.io/pv-protection",
                                                               isBound);
}

} // namespace coracle::controllers
