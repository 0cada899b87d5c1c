#include "clusterd/controllers/daemon/daemonset_pass.h"

#include "clusterd/controllers/controller_ref_manager.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/selectors.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

constexpr size_t kBurstReplicas = 250;

} // namespace

Task<Result<>> DaemonSetPass::run() {
    const bool settled = m_controller.m_expectations.satisfied(m_key);
    CO_CHECK(co_await claimDependents());
    CO_CHECK(co_await findRevision());
    const daemon::View view = daemon::lookAt(m_set, std::string(history::hashLabel(m_current.metadata)),
                                             m_controller.clock().now(), m_controller.m_nodes, m_pods);
    Result<> synced;
    if (settled)
        synced = co_await sync(view);
    else
        m_controller.queue().addAfter(m_key, Expectations::kLapseAfter);
    const Observed observed = settled ? Observed::Generation : Observed::StatusOnly;
    auto written = co_await writeStatus(view, observed);
    CO_CHECK(std::move(synced));
    co_return written;
}

client::ObjectReference DaemonSetPass::reference() const {
    return {.apiVersion = std::string(appsv1::DaemonSet::kApiVersion),
            .kind = std::string(appsv1::DaemonSet::kKind),
            .namespaceName = m_set.metadata.namespace_,
            .name = m_set.metadata.name,
            .uid = m_set.metadata.uid,
            .resourceVersion = m_set.metadata.resourceVersion};
}

Task<Result<>> DaemonSetPass::claimDependents() {
    CO_TRY(const api::LabelSelector selector, workloadSelector(m_set.spec.selector));
    ControllerRefManager manager(client(), appsv1::DaemonSet::resource(), m_set.metadata);
    ClaimRules rules;
    rules.matches = [&selector](const api::Object &object) { return selector.matches(object.labels()); };
    CO_TRY(const std::vector<ObjectPtr> pods,
           co_await manager.claim(m_controller.m_pods, corev1::Pod::resource(), rules));
    CO_TRY(m_pods, decodeAll<corev1::Pod>(pods));
    CO_TRY(const std::vector<ObjectPtr> revisions,
           co_await manager.claim(m_controller.m_revisions, appsv1::ControllerRevision::resource(), rules));
    CO_TRY(m_revisions, decodeAll<appsv1::ControllerRevision>(revisions));
    co_return Result<>{};
}

Task<Result<>> DaemonSetPass::sync(const daemon::View &view) {
    daemon::Plan plan = daemon::planPods(view);
    const bool inOrder = plan.create.empty() && plan.remove.empty();
    releaseEnded(plan);
    if (inOrder && plan.remove.empty())
        plan = daemon::planRollout(view);
    CO_CHECK(co_await carryOut(plan));
    co_return co_await cleanUpRevisions();
}

void DaemonSetPass::releaseEnded(daemon::Plan &plan) {
    daemon::FailedPodBackoff &backoff = m_controller.m_backoff;
    backoff.collect();
    for (const corev1::Pod *pod : plan.ended) {
        const std::string node = daemon::targetNode(pod->spec);
        if (pod->status.phase == corev1::kPodFailed) {
            const std::string key = fmt::format("{}/{}/{}", m_set.metadata.uid, m_set.status.observedGeneration, node);
            if (const Duration wait = backoff.remaining(key); wait > Duration::zero()) {
                m_controller.queue().addAfter(m_key, wait);
                continue;
            }
            backoff.next(key);
            event(client::EventKind::Warning, "FailedDaemonPod",
                  fmt::format("Found failed daemon pod {}/{} on node {}, will try to kill it", pod->metadata.namespace_,
                              pod->metadata.name, node));
        } else {
            event(client::EventKind::Normal, "SucceededDaemonPod",
                  fmt::format("Found succeeded daemon pod {}/{} on node {}, will try to delete it",
                              pod->metadata.namespace_, pod->metadata.name, node));
        }
        plan.remove.push_back(pod);
    }
    plan.ended.clear();
}

Task<Result<>> DaemonSetPass::carryOut(const daemon::Plan &plan) {
    std::vector<std::string> nodes = plan.create;
    std::vector<const corev1::Pod *> pods = plan.remove;
    nodes.resize(std::min(nodes.size(), kBurstReplicas));
    pods.resize(std::min(pods.size(), kBurstReplicas));
    Expectations &expectations = m_controller.m_expectations;
    expectations.forget(m_key);
    expectations.expectCreations(m_key, static_cast<int>(nodes.size()));
    for (const corev1::Pod *pod : pods)
        expectations.expectDeletion(m_key, pod->metadata.uid);
    auto created = co_await createPods(nodes);
    auto deleted = co_await deletePods(pods);
    CO_CHECK(std::move(created));
    co_return deleted;
}

/// Stops at the first error: what keeps one pod from being made mostly keeps all.
Task<Result<>> DaemonSetPass::createPods(const std::vector<std::string> &nodes) {
    const std::string hash(history::hashLabel(m_current.metadata));
    for (size_t made = 0; made < nodes.size(); ++made) {
        corev1::Pod pod = daemon::podFor(m_set, hash, nodes[made]);
        auto created = co_await client::create(client(), std::move(pod));
        if (created) {
            event(client::EventKind::Normal, "SuccessfulCreate", "Created pod: " + created->metadata.name);
            continue;
        }
        // What was not created will not be observed.
        for (; made < nodes.size(); ++made)
            m_controller.m_expectations.creationObserved(m_key);
        if (!isNamespaceTerminating(created.error()))
            event(client::EventKind::Warning, "FailedCreate", "Error creating: " + created.error().message);
        co_return std::unexpected(created.error());
    }
    co_return Result<>{};
}

Task<Result<>> DaemonSetPass::deletePods(const std::vector<const corev1::Pod *> &pods) {
    Result<> outcome;
    for (const corev1::Pod *pod : pods) {
        client::DeleteOptions options;
        options.preconditionUid = pod->metadata.uid;
        auto removed = co_await client::remove(client(), *pod, std::move(options));
        if (removed) {
            event(client::EventKind::Normal, "SuccessfulDelete", "Deleted pod: " + pod->metadata.name);
            continue;
        }
        m_controller.m_expectations.deletionObserved(m_key, pod->metadata.uid);
        if (isNotFound(removed.error()) || isConflict(removed.error()))
            continue;
        event(client::EventKind::Warning, "FailedDelete", "Error deleting: " + removed.error().message);
        outcome = std::move(removed);
    }
    co_return outcome;
}

Task<Result<>> DaemonSetPass::writeStatus(const daemon::View &view, Observed observed) {
    if (const auto left = daemon::untilAvailable(view))
        m_controller.queue().addAfter(m_key, *left);
    appsv1::DaemonSet fresh = m_set;
    fresh.status = daemon::calculateStatus(view);
    if (observed == Observed::Generation)
        fresh.status.observedGeneration = m_set.metadata.generation;
    if (fresh.status == m_set.status)
        co_return Result<>{};
    auto written = co_await client::updateStatus(client(), std::move(fresh));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
