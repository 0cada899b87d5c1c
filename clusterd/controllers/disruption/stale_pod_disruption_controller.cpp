#include "clusterd/controllers/disruption/stale_pod_disruption_controller.h"

#include "clusterd/controllers/disruption/disruption_status.h"
#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

StalePodDisruptionController::StalePodDisruptionController(const ControllerContext &context)
    : Controller(context, "stale-pod-disruption"), m_pods(informers().get<corev1::Pod>()) {
    m_pods.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        // Most pods never have the condition: a look at the text spares reading them.
        if (after && after->json().find(corev1::kDisruptionTarget) != std::string::npos)
            queue().add(after->key());
    });
}

Task<Result<>> StalePodDisruptionController::reconcile(std::string key) {
    const ObjectPtr object = m_pods.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
    const std::optional<WallTime> expiry = disruption::disruptionTargetExpiry(pod);
    if (!expiry)
        co_return Result<>{};
    const WallTime now = clock().now();
    if (*expiry > now) {
        queue().addAfter(std::move(key), *expiry - now);
        co_return Result<>{};
    }
    corev1::PodCondition &condition =
        *std::ranges::find(pod.status.conditions, corev1::kDisruptionTarget, &corev1::PodCondition::type);
    condition = corev1::PodCondition();
    condition.type = corev1::kDisruptionTarget;
    condition.status = corev1::kConditionFalse;
    condition.lastTransitionTime = api::Time(now);
    auto written = co_await client::updateStatus(client(), std::move(pod));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
