#include "clusterd/controllers/replicaset/replicaset_controller.h"

#include "clusterd/controllers/controller_ref_manager.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/selectors.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

constexpr int kBurstReplicas = 500;

int32_t desired(const appsv1::ReplicaSet &set) {
    return set.spec.replicas.value_or(1);
}

bool hasLabels(const std::map<std::string, std::string, std::less<>> &labels,
               const std::map<std::string, std::string, std::less<>> &wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto &pair) {
        auto found = labels.find(pair.first);
        return found != labels.end() && found->second == pair.second;
    });
}

} // namespace

ReplicaSetController::ReplicaSetController(const ControllerContext &context, const ReplicaKind &kind)
    : Controller(context, std::string(kind.controller)),
      m_kind(kind),
      m_sets(informers().get(kind.resource)),
      m_pods(informers().get<corev1::Pod>()),
      m_expectations(context.clock) {
    addControllerIndex(m_pods);
    m_sets.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        // What was ordered for a set that is gone doesn't concern one that takes its name.
        if (!after)
            m_expectations.forget(before->key());
        queue().add((after ? after : before)->key());
    });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        m_expectations.observe(m_kind.resource.kind, before, after);
        enqueueAdopters(m_sets, before, after);
    });
    enqueueOwner(m_pods, m_kind.resource.kind);
}

client::ObjectReference ReplicaSetController::reference(const appsv1::ReplicaSet &set) const {
    return {.apiVersion = std::string(m_kind.resource.apiVersion),
            .kind = std::string(m_kind.resource.kind),
            .namespaceName = set.metadata.namespace_,
            .name = set.metadata.name,
            .uid = set.metadata.uid,
            .resourceVersion = set.metadata.resourceVersion};
}

Task<Result<>> ReplicaSetController::reconcile(std::string key) {
    const ObjectPtr object = m_sets.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(const appsv1::ReplicaSet set, m_kind.decode(*object));
    const bool ready = m_expectations.satisfied(key);
    CO_TRY(Pods pods, co_await claimPods(set));
    Result<> scaled;
    if (!ready)
        queue().addAfter(key, Expectations::kLapseAfter);
    else if (!set.metadata.deletionTimestamp)
        scaled = co_await scale(key, set, pods.active);
    auto written = co_await writeStatus(set, pods, scaled);
    CO_CHECK(std::move(scaled));
    co_return written;
}

Task<Result<ReplicaSetController::Pods>> ReplicaSetController::claimPods(const appsv1::ReplicaSet &set) {
    CO_TRY(const api::LabelSelector selector, workloadSelector(set.spec.selector));
    ControllerRefManager manager(client(), m_kind.resource, set.metadata);
    ClaimRules rules;
    rules.matches = [&selector](const api::Object &pod) { return selector.matches(pod.labels()); };
    rules.ignores = [](const api::Object &object) {
        const auto pod = api::decode<corev1::Pod>(object);
        return !pod || !isPodActive(*pod);
    };
    CO_TRY(const std::vector<ObjectPtr> claimed,
           co_await manager.claim(m_pods, corev1::Pod::resource(), std::move(rules)));
    CO_TRY(std::vector<corev1::Pod> all, decodeAll<corev1::Pod>(claimed));
    Pods pods;
    for (corev1::Pod &pod : all)
        if (isPodActive(pod))
            pods.active.push_back(std::move(pod));
        else if (!isPodTerminal(pod))
            ++pods.terminating;
    co_return pods;
}

Task<Result<>> ReplicaSetController::scale(const std::string &key, const appsv1::ReplicaSet &set,
                                           std::vector<corev1::Pod> active) {
    const int difference = static_cast<int>(active.size()) - desired(set);
    if (difference < 0)
        co_return co_await createPods(key, set, std::min(-difference, kBurstReplicas));
    if (difference > 0)
        co_return co_await deletePods(key, set, std::move(active), std::min(difference, kBurstReplicas));
    co_return Result<>{};
}

Task<Result<>> ReplicaSetController::createPods(const std::string &keyRef, const appsv1::ReplicaSet &set, int count) {
    const std::string key = keyRef;
    m_expectations.expectCreations(key, count);
    for (int made = 0; made < count; ++made) {
        corev1::Pod pod =
            podFromTemplate(set.spec.template_, m_kind.resource.apiVersion, m_kind.resource.kind, set.metadata);
        auto created = co_await client::create(client(), std::move(pod));
        if (!created) {
            // What was not created will not be observed.
            for (; made < count; ++made)
                m_expectations.creationObserved(key);
            if (isNamespaceTerminating(created.error()))
                co_return std::unexpected(created.error());
            events().event(reference(set), client::EventKind::Warning, "FailedCreate",
                           "Error creating: " + created.error().message);
            co_return std::unexpected(created.error());
        }
        events().event(reference(set), client::EventKind::Normal, "SuccessfulCreate",
                       "Created pod: " + created->metadata.name);
    }
    co_return Result<>{};
}

Task<Result<>> ReplicaSetController::deletePods(const std::string &keyRef, const appsv1::ReplicaSet &set,
                                                std::vector<corev1::Pod> pods, int count) {
    const std::string key = keyRef;
    sortForDeletion(pods);
    pods.resize(static_cast<size_t>(count));
    for (const corev1::Pod &pod : pods)
        m_expectations.expectDeletion(key, pod.metadata.uid);
    Result<> outcome;
    for (const corev1::Pod &pod : pods) {
        client::DeleteOptions options;
        options.preconditionUid = pod.metadata.uid;
        auto removed = co_await client::remove(client(), pod, std::move(options));
        if (removed) {
            events().event(reference(set), client::EventKind::Normal, "SuccessfulDelete",
                           "Deleted pod: " + pod.metadata.name);
            continue;
        }
        m_expectations.deletionObserved(key, pod.metadata.uid);
        if (isNotFound(removed.error()) || isConflict(removed.error()))
            continue;
        events().event(reference(set), client::EventKind::Warning, "FailedDelete",
                       "Error deleting: " + removed.error().message);
        outcome = std::move(removed);
    }
    co_return outcome;
}

Task<Result<>> ReplicaSetController::writeStatus(const appsv1::ReplicaSet &set, const Pods &all,
                                                 const Result<> &scaled) {
    const std::vector<corev1::Pod> &pods = all.active;
    appsv1::ReplicaSet fresh = set;
    appsv1::ReplicaSetStatus &status = fresh.status;
    const int32_t minReadySeconds = set.spec.minReadySeconds;
    status.replicas = static_cast<int32_t>(pods.size());
    status.fullyLabeledReplicas = status.readyReplicas = status.availableReplicas = 0;
    for (const corev1::Pod &pod : pods) {
        status.fullyLabeledReplicas += hasLabels(pod.metadata.labels, set.spec.template_.metadata.labels);
        status.readyReplicas += isPodReady(pod);
        status.availableReplicas += isPodAvailable(pod, minReadySeconds, clock().now());
    }
    if (m_kind.countsTerminating)
        status.terminatingReplicas = all.terminating;
    status.observedGeneration = set.metadata.generation;
    const auto isFailure = [](const auto &condition) { return condition.type == "ReplicaFailure"; };
    if (scaled) {
        std::erase_if(status.conditions, isFailure);
    } else if (std::ranges::none_of(status.conditions, isFailure)) {
        // One that is there stays as it is: each attempt's message names another pod, and a status that changed each
        // time would call for the next attempt at once.
        appsv1::ReplicaSetCondition failure;
        failure.type = "ReplicaFailure";
        failure.status = "True";
        failure.reason = static_cast<int32_t>(pods.size()) < desired(set) ? "FailedCreate" : "FailedDelete";
        failure.message = scaled.error().message;
        failure.lastTransitionTime = api::Time(clock().now());
        status.conditions.push_back(std::move(failure));
    }
    if (minReadySeconds > 0 && status.readyReplicas > status.availableReplicas)
        queue().addAfter(set.metadata.namespace_ + "/" + set.metadata.name, std::chrono::seconds(minReadySeconds));
    if (api::encode(fresh) == api::encode(set))
        co_return Result<>{};
    auto written = co_await m_kind.updateStatus(client(), std::move(fresh));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
