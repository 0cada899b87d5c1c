#include "clusterd/controllers/volume/vac_protection_controller.h"

#include "clusterd/controllers/volume/finalizer.h"
#include "core/api/schema.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

namespace {

bool uses(const corev1::PersistentVolumeClaim &claim, std::string_view name) {
    const auto &status = claim.status;
    return claim.spec.volumeAttributesClassName == name || status.currentVolumeAttributesClassName == name ||
           (status.modifyVolumeStatus && status.modifyVolumeStatus->targetVolumeAttributesClassName == name);
}

bool uses(const corev1::PersistentVolume &volume, std::string_view name) {
    return volume.spec.volumeAttributesClassName == name;
}

/// Asks the API server, because what is bound to the class may be newer than what the informer has.
template<class T>
Task<Result<bool>> anyUses(client::Client &client, std::string name) {
    CO_TRY(const client::ObjectList objects, co_await client.list(T::resource(), ""));
    for (const ObjectPtr &object : objects.items) {
        CO_TRY(const T decoded, api::decode<T>(*object));
        if (uses(decoded, name))
            co_return true;
    }
    co_return false;
}

} // namespace

VacProtectionController::VacProtectionController(const ControllerContext &context)
    : Controller(context, "vac-protection"),
      m_classes(informers().get(*api::findResource("storage.k8s.io", "volumeattributesclasses"))) {
    enqueueOnChange(m_classes);
    const auto released = [this](const ObjectPtr &, const ObjectPtr &) { enqueueDeleted(); };
    informers().get<corev1::PersistentVolumeClaim>().addHandler(released);
    informers().get<corev1::PersistentVolume>().addHandler(released);
}

void VacProtectionController::enqueueDeleted() {
    if (m_classes.size() == 0)
        return;
    for (const ObjectPtr &object : m_classes.list())
        if (object->deleting())
            queue().add(object->key());
}

Task<Result<>> VacProtectionController::reconcile(std::string key) {
    const ObjectPtr object = m_classes.get(key);
    if (!object)
        co_return Result<>{};
    const std::function<Task<Result<bool>>()> used = [this, key] { return isUsed(key); };
    co_return co_await keepFinalizer(client(), m_classes.resource(), object, "kubernetes.io/vac-protection", used);
}

Task<Result<bool>> VacProtectionController::isUsed(std::string name) {
    CO_TRY(const bool byClaim, co_await anyUses<corev1::PersistentVolumeClaim>(client(), name));
    if (byClaim)
        co_return true;
    co_return co_await anyUses<corev1::PersistentVolume>(client(), name);
}

} // namespace coracle::controllers
