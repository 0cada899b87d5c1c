#include "clusterd/controllers/volume/expand_controller.h"

#include "clusterd/controllers/volume/claim_resize.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/matching.h"
#include "core/api/typed.h"

namespace coracle::controllers {

namespace {

bool asksForMore(const ObjectPtr &object) {
    const auto claim = api::decode<corev1::PersistentVolumeClaim>(*object);
    return claim && resize::isWanted(*claim);
}

} // namespace

ExpandController::ExpandController(const ControllerContext &context)
    : Controller(context, "volume-expand"),
      m_claims(informers().get<corev1::PersistentVolumeClaim>()),
      m_volumes(informers().get<corev1::PersistentVolume>()) {
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (after && asksForMore(after) && !(before && asksForMore(before))) // told once
            queue().add(after->key());
    });
}

Task<Result<>> ExpandController::reconcile(std::string key) {
    const ObjectPtr object = m_claims.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(const auto claim, api::decode<corev1::PersistentVolumeClaim>(*object));
    const ObjectPtr stored = m_volumes.get(claim.spec.volumeName);
    if (!stored || !resize::isWanted(claim))
        co_return Result<>{};
    CO_TRY(const auto volume, api::decode<corev1::PersistentVolume>(*stored));
    if (volume::localpath::isLocalPath(volume) || !volume::isMeantFor(volume, claim))
        co_return Result<>{};
    events().event(client::ObjectReference::to(*object),
                   volume.spec.csi ? client::EventKind::Normal : client::EventKind::Warning, "ExternalExpanding",
                   "Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external "
                   "controller to process this PVC.");
    co_return Result<>{};
}

} // namespace coracle::controllers
