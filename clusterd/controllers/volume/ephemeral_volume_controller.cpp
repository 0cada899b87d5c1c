#include "clusterd/controllers/volume/ephemeral_volume_controller.h"

#include "clusterd/controllers/pod_util.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

bool hasEphemeralVolumes(const corev1::Pod &pod) {
    return std::ranges::any_of(pod.spec.volumes,
                               [](const corev1::Volume &volume) { return static_cast<bool>(volume.ephemeral); });
}

} // namespace

EphemeralVolumeController::EphemeralVolumeController(const ControllerContext &context)
    : Controller(context, "ephemeral-volume"),
      m_pods(informers().get<corev1::Pod>()),
      m_claims(informers().get<corev1::PersistentVolumeClaim>()) {
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (before || !after) // a pod's volumes never change
            return;
        if (const auto pod = api::decode<corev1::Pod>(*after); pod && hasEphemeralVolumes(*pod))
            queue().add(after->key());
    });
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const api::Object::Owner *owner = after ? nullptr : before->controller();
        if (owner && owner->kind == corev1::Pod::kKind)
            queue().add(fmt::format("{}/{}", before->namespaceName(), owner->name));
    });
}

Task<Result<>> EphemeralVolumeController::reconcile(std::string key) {
    const ObjectPtr object = m_pods.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
    if (!isPodActive(pod))
        co_return Result<>{};
    for (const corev1::Volume &volume : pod.spec.volumes)
        if (volume.ephemeral && volume.ephemeral->volumeClaimTemplate)
            CO_CHECK(co_await ensureClaim(pod, volume));
    co_return Result<>{};
}

Task<Result<>> EphemeralVolumeController::ensureClaim(const corev1::Pod &pod, const corev1::Volume &volume) {
    const std::string name = fmt::format("{}-{}", pod.metadata.name, volume.name);
    if (const ObjectPtr present = m_claims.get(pod.metadata.namespace_, name)) {
        const api::Object::Owner *owner = present->controller();
        if (owner && owner->uid == pod.metadata.uid)
            co_return Result<>{};
        co_return errors::other(fmt::format("PVC {}/{} was not created for pod {}/{} (pod is not owner)",
                                            pod.metadata.namespace_, name, pod.metadata.namespace_, pod.metadata.name));
    }
    const corev1::PersistentVolumeClaimTemplate &from = *volume.ephemeral->volumeClaimTemplate;
    corev1::PersistentVolumeClaim claim;
    claim.metadata.name = name;
    claim.metadata.namespace_ = pod.metadata.namespace_;
    claim.metadata.labels = from.metadata.labels;
    claim.metadata.annotations = from.metadata.annotations;
    claim.metadata.ownerReferences.push_back(
        controllerReference(corev1::Pod::kApiVersion, corev1::Pod::kKind, pod.metadata));
    claim.spec = from.spec;
    auto created = co_await client::create(client(), std::move(claim));
    if (created || isAlreadyExists(created.error())) // whose it is shows when the informer has it
        co_return Result<>{};
    client::ObjectReference about{.apiVersion = std::string(corev1::Pod::kApiVersion),
                                  .kind = std::string(corev1::Pod::kKind),
                                  .namespaceName = pod.metadata.namespace_,
                                  .name = pod.metadata.name,
                                  .uid = pod.metadata.uid,
                                  .resourceVersion = pod.metadata.resourceVersion};
    events().event(about, client::EventKind::Warning, "FailedBinding",
                   fmt::format("ephemeral volume controller: create PVC {}: {}", name, created.error().message));
    co_return std::unexpected(std::move(created).error());
}

} // namespace coracle::controllers
