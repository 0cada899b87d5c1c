#include "clusterd/controllers/volume/pvc_protection_controller.h"

#include "clusterd/controllers/volume/finalizer.h"
#include "core/api/typed.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

std::vector<std::string> claimsOf(const corev1::Pod &pod) {
    std::vector<std::string> claims;
    for (const corev1::Volume &volume : pod.spec.volumes)
        if (volume.persistentVolumeClaim)
            claims.push_back(volume.persistentVolumeClaim->claimName);
        else if (volume.ephemeral)
            claims.push_back(fmt::format("{}-{}", pod.metadata.name, volume.name));
    return claims;
}

namespace {

/// The kubelet is done with it, or it was deleted by force; only finalizers keep it, and they may wait for its claims.
bool isShutDown(const corev1::Pod &pod) {
    return !pod.metadata.deletionTimestamp.isZero() && pod.metadata.deletionGracePeriodSeconds == 0;
}

/// A claim of an ephemeral volume is its own pod's alone: a new pod of the same name waits for the old one's to go.
bool uses(const corev1::Pod &pod, const api::Object &claim) {
    const api::Object::Owner *owner = claim.controller();
    const bool own = owner && owner->uid == pod.metadata.uid;
    return std::ranges::any_of(pod.spec.volumes, [&](const corev1::Volume &volume) {
        if (volume.persistentVolumeClaim)
            return claim.name() == volume.persistentVolumeClaim->claimName;
        return volume.ephemeral && own && claim.name() == fmt::format("{}-{}", pod.metadata.name, volume.name);
    });
}

} // namespace

PvcProtectionController::PvcProtectionController(const ControllerContext &context)
    : Controller(context, "pvc-protection"), m_claims(informers().get<corev1::PersistentVolumeClaim>()) {
    enqueueOnChange(m_claims);
    informers().get<corev1::Pod>().addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { podChanged(before, after); });
}

void PvcProtectionController::podChanged(const ObjectPtr &before, const ObjectPtr &after) {
    if (m_claims.size() == 0 || (after && !after->deleting())) // only a pod that goes lets a claim go
        return;
    const auto pod = api::decode<corev1::Pod>(after ? *after : *before);
    if (pod && (!after || isShutDown(*pod)))
        for (const std::string &claim : claimsOf(*pod))
            queue().add(fmt::format("{}/{}", pod->metadata.namespace_, claim));
}

Task<Result<>> PvcProtectionController::reconcile(std::string key) {
    const ObjectPtr claim = m_claims.get(key);
    if (!claim)
        co_return Result<>{};
    const std::function<Task<Result<bool>>()> used = [this, claim] { return isUsed(claim); };
    co_return co_await keepFinalizer(client(), m_claims.resource(), claim, "kubernetes.io/pvc-protection", used);
}

/// Asks the API server, because a pod may be newer than what the informer has. Pods that are not scheduled do not
/// count: the kubelet does not start them with a claim that is being deleted; nor do those that are shut down.
Task<Result<bool>> PvcProtectionController::isUsed(ObjectPtr claim) {
    std::string namespaceName(claim->namespaceName());
    CO_TRY(const client::ObjectList pods, co_await client().list(corev1::Pod::resource(), std::move(namespaceName)));
    for (const ObjectPtr &object : pods.items) {
        CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
        if (!pod.spec.nodeName.empty() && !isShutDown(pod) && uses(pod, *claim))
            co_return true;
    }
    co_return false;
}

} // namespace coracle::controllers
