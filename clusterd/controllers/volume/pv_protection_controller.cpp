#include "clusterd/controllers/volume/pv_protection_controller.h"

#include "clusterd/controllers/volume/finalizer.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

namespace {

Task<Result<bool>> isBound(ObjectPtr object) {
    CO_TRY(const auto volume, api::decode<corev1::PersistentVolume>(*object));
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
    const std::function<Task<Result<bool>>()> bound = [volume] { return isBound(volume); };
    co_return co_await keepFinalizer(client(), m_volumes.resource(), volume, "kubernetes.io/pv-protection", bound);
}

} // namespace coracle::controllers
