#include "clusterd/controllers/disruption/disruption_controller.h"

#include "clusterd/controllers/selectors.h"
#include "core/client/typed_client.h"

#include <fmt/format.h>

namespace coracle::controllers {

namespace {

client::ObjectReference reference(std::string_view apiVersion, std::string_view kind,
                                  const metav1::ObjectMeta &object) {
    return {.apiVersion = std::string(apiVersion),
            .kind = std::string(kind),
            .namespaceName = object.namespace_,
            .name = object.name,
            .uid = object.uid,
            .resourceVersion = object.resourceVersion};
}

template<class T>
client::ObjectReference reference(const T &object) {
    return reference(T::kApiVersion, T::kKind, object.metadata);
}

bool selects(const api::Object &budget, const api::Object &pod) {
    const auto decoded = api::decode<policyv1::PodDisruptionBudget>(budget);
    if (!decoded)
        return true; // its own pass says what is wrong
    const auto selector = workloadSelector(decoded->spec.selector);
    return !selector || selector->matches(pod.labels());
}

} // namespace

DisruptionController::DisruptionController(const ControllerContext &context)
    : Controller(context, "disruption"),
      m_budgets(informers().get<policyv1::PodDisruptionBudget>()),
      m_pods(informers().get<corev1::Pod>()),
      m_scale(client(), informers()) {
    enqueueOnChange(m_budgets);
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const bool relabelled = before && after && before->labels() != after->labels();
        if (before && (!after || relabelled))
            podChanged(before);
        if (after) {
            const std::vector<ObjectPtr> budgets = podChanged(after);
            if (budgets.size() > 1 && (!before || relabelled))
                warnOfSeveral(after, *budgets.front());
        }
    });
    m_scale.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { ownerChanged(before, after); });
}

std::vector<ObjectPtr> DisruptionController::podChanged(const ObjectPtr &pod) {
    std::vector<ObjectPtr> selecting;
    for (const ObjectPtr &budget : m_budgets.listNamespace(pod->namespaceName()))
        if (selects(*budget, *pod)) {
            queue().add(budget->key());
            selecting.push_back(budget);
        }
    return selecting;
}

/// Such a pod cannot be evicted.
void DisruptionController::warnOfSeveral(const ObjectPtr &pod, const api::Object &one) {
    events().event(client::ObjectReference::to(*pod), client::EventKind::Warning, "MultiplePodDisruptionBudgets",
                   fmt::format("Pod \"{}\"/\"{}\" matches multiple PodDisruptionBudgets.  Chose \"{}\" arbitrarily.",
                               pod->namespaceName(), pod->name(), one.name()));
}

/// What an owner declares is in its spec: changes of the status alone move no budget.
void DisruptionController::ownerChanged(const ObjectPtr &before, const ObjectPtr &after) {
    if (before && after && before->generation() == after->generation())
        return;
    for (const ObjectPtr &budget : m_budgets.listNamespace((after ? after : before)->namespaceName()))
        queue().add(budget->key());
}

Task<Result<>> DisruptionController::reconcile(std::string key) {
    const ObjectPtr object = m_budgets.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(const policyv1::PodDisruptionBudget budget, api::decode<policyv1::PodDisruptionBudget>(*object));
    auto synced = co_await sync(budget);
    if (synced || isConflict(synced.error()))
        co_return synced;
    // Better to let nothing be evicted than by a number that may be wrong.
    policyv1::PodDisruptionBudgetStatus failed =
        disruption::failedStatus(budget, synced.error().message, clock().now());
    CO_CHECK(co_await write(budget, std::move(failed)));
    co_return synced;
}

Task<Result<>> DisruptionController::sync(const policyv1::PodDisruptionBudget &budget) {
    CO_TRY(const std::vector<corev1::Pod> pods, podsOf(budget));
    if (pods.empty())
        events().event(reference(budget), client::EventKind::Normal, "NoPods", "No matching pods found");
    CO_TRY(const disruption::Demand demand, co_await demandOf(budget, pods));
    const WallTime now = clock().now();
    const disruption::PendingEvictions evictions = disruption::pendingEvictions(budget.status, pods, now);
    for (const corev1::Pod *pod : evictions.overdue)
        events().event(reference(*pod), client::EventKind::Warning, "NotDeleted",
                       fmt::format("PodDisruptionBudget {}/{} granted an eviction, but the pod was not deleted in time",
                                   budget.metadata.namespace_, budget.metadata.name));
    if (evictions.nextExpiry)
        queue().addAfter(budget.metadata.namespace_ + "/" + budget.metadata.name, *evictions.nextExpiry - now);
    policyv1::PodDisruptionBudgetStatus status = disruption::calculateStatus(budget, demand, pods, evictions, now);
    co_return co_await write(budget, std::move(status));
}

Result<std::vector<corev1::Pod>> DisruptionController::podsOf(const policyv1::PodDisruptionBudget &budget) const {
    TRY(const api::LabelSelector selector, workloadSelector(budget.spec.selector));
    std::vector<corev1::Pod> pods;
    for (const ObjectPtr &object : m_pods.listNamespace(budget.metadata.namespace_))
        if (selector.matches(object->labels())) {
            TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
            pods.push_back(std::move(pod));
        }
    return pods;
}

Task<Result<disruption::Demand>> DisruptionController::demandOf(const policyv1::PodDisruptionBudget &budget,
                                                                const std::vector<corev1::Pod> &pods) {
    disruption::DeclaredPods declared;
    if (disruption::countsDeclaredPods(budget.spec)) {
        auto found = co_await m_scale.declaredBy(pods);
        if (!found) {
            events().event(reference(budget), client::EventKind::Warning, "CalculateExpectedPodCountFailed",
                           "Failed to calculate the number of expected pods: " + found.error().message);
            co_return std::unexpected(found.error());
        }
        declared = std::move(*found);
    }
    if (!declared.unmanaged.empty())
        events().event(reference(budget), client::EventKind::Warning, "UnmanagedPods",
                       fmt::format("{} of the matching pods have no controller and are not counted ({} for one). Give "
                                   "spec.minAvailable a number to protect them",
                                   declared.unmanaged.size(), declared.unmanaged.front()));
    co_return disruption::demandOf(budget.spec, static_cast<int32_t>(pods.size()), declared.count);
}

/// Carries the resourceVersion that the status was calculated from, so that a disruption which the API server spends
/// meanwhile is never given out twice: the write conflicts and the pass is repeated.
Task<Result<>> DisruptionController::write(const policyv1::PodDisruptionBudget &budget,
                                           policyv1::PodDisruptionBudgetStatus status) {
    if (status == budget.status)
        co_return Result<>{};
    policyv1::PodDisruptionBudget fresh = budget;
    fresh.status = std::move(status);
    auto written = co_await client::updateStatus(client(), std::move(fresh));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
