#include "clusterd/controllers/job/job_sync.h"

#include "clusterd/controllers/pod_util.h"
#include "core/client/typed_client.h"

#include <charconv>

namespace coracle::controllers {

using namespace job;

JobSync::JobSync(JobController &controller, std::string key, batchv1::Job job, Pods pods)
    : m_controller(controller),
      m_key(std::move(key)),
      m_job(std::move(job)),
      m_pods(std::move(pods)),
      m_tally(job::tally(m_job, m_pods)) {
    for (const corev1::Pod &pod : m_pods)
        if (hasTrackingFinalizer(pod))
            m_withFinalizer.insert(pod.metadata.uid);
}

Task<Result<>> JobSync::run() {
    noteFinishes();
    m_end = findEnd();
    const Counting counting = countPods(m_job, m_tally, m_pods, m_end);
    CO_CHECK(co_await count(counting));
    co_await changePods();
    CO_CHECK(co_await report(counting.complete));
    co_return std::move(m_changes.outcome);
}

std::optional<batchv1::JobCondition> JobSync::findEnd() const {
    if (auto end = job::findEnd(m_job, m_tally, m_pods, now()))
        return end;
    if (isDone(m_job, m_tally, static_cast<int32_t>(m_tally.active.size())))
        return makeCondition(batchv1::kJobSuccessCriteriaMet, batchv1::kJobReasonCompletionsReached,
                             "Reached expected number of succeeded pods", now());
    return std::nullopt;
}

void JobSync::noteFinishes() {
    PodBackoff &backoff = m_controller.m_backoffs[m_job.metadata.uid];
    for (const corev1::Pod &pod : m_pods)
        if (pod.status.phase == corev1::kPodSucceeded)
            backoff.succeeded(pod);
    // A pod that this controller gave up has no finalizer and did not fail.
    for (const corev1::Pod &pod : m_pods)
        if (hasFailed(m_job, pod) && (hasTrackingFinalizer(pod) || !pod.metadata.deletionTimestamp))
            backoff.failed(pod);
}

/// Stores what is counted, removes the finalizers and, in m_job, turns the list into numbers.
Task<Result<>> JobSync::count(const Counting &counting) {
    batchv1::JobStatus status = counting.status;
    settleUncounted(status, m_withFinalizer);
    CO_CHECK(co_await writeStatus(std::move(status)));
    for (const corev1::Pod *pod : counting.pods) {
        CO_CHECK(co_await m_controller.removeFinalizer(m_key, *pod, JobController::Only::Same));
        m_withFinalizer.erase(pod->metadata.uid);
    }
    co_return Result<>{};
}

Task<> JobSync::changePods() {
    if (m_end) {
        const std::vector<const corev1::Pod *> active = m_tally.active;
        co_await removePods(active);
    } else if (!m_job.metadata.deletionTimestamp) {
        const PodPlan plan = planPods(m_job, m_tally, m_pods, m_controller.m_backoffs[m_job.metadata.uid], now());
        if (plan.wait > Duration::zero())
            m_controller.queue().addAfter(m_key, plan.wait);
        co_await removePods(plan.remove);
        co_await createPods(plan.create);
    }
}

Task<> JobSync::createPods(const std::vector<NewPod> &wanted) {
    if (wanted.empty())
        co_return;
    Expectations &expectations = m_controller.m_expectations;
    expectations.expectCreations(m_key, static_cast<int>(wanted.size()));
    for (size_t made = 0; made < wanted.size(); ++made) {
        corev1::Pod pod = makePod(m_job, wanted[made]);
        auto created = co_await client::create(m_controller.client(), std::move(pod));
        if (!created) {
            for (size_t i = made; i < wanted.size(); ++i)
                expectations.creationObserved(m_key); // what was not created will not be observed
            if (!isNamespaceTerminating(created.error()))
                event(client::EventKind::Warning, "FailedCreate", "Error creating: " + created.error().message);
            m_changes.outcome = std::unexpected(created.error());
            co_return;
        }
        ++m_changes.created;
        event(client::EventKind::Normal, "SuccessfulCreate", "Created pod: " + created->metadata.name);
    }
}

Task<> JobSync::removePods(const std::vector<const corev1::Pod *> &pods) {
    for (const corev1::Pod *pod : pods)
        m_controller.m_expectations.expectDeletion(m_key, pod->metadata.uid);
    for (const corev1::Pod *pod : pods) {
        auto removed = co_await removePod(*pod);
        if (removed) {
            ++m_changes.removed;
            m_changes.removedReady += isPodReady(*pod);
            event(client::EventKind::Normal, "SuccessfulDelete", "Deleted pod: " + pod->metadata.name);
            continue;
        }
        m_controller.m_expectations.deletionObserved(m_key, pod->metadata.uid);
        if (!isConflict(removed.error()))
            event(client::EventKind::Warning, "FailedDelete", "Error deleting: " + removed.error().message);
        m_changes.outcome = std::move(removed);
    }
}

/// The finalizer goes first: a pod that is given up must not be counted as failed. One that has ended meanwhile is
/// kept, and counted next time.
Task<Result<>> JobSync::removePod(const corev1::Pod &pod) {
    if (m_withFinalizer.contains(pod.metadata.uid)) {
        CO_CHECK(co_await m_controller.removeFinalizer(m_key, pod, JobController::Only::Unchanged));
        m_withFinalizer.erase(pod.metadata.uid);
    }
    client::DeleteOptions options;
    options.preconditionUid = pod.metadata.uid;
    auto removed = co_await client::remove(m_controller.client(), pod, std::move(options));
    if (!removed && (isNotFound(removed.error()) || isConflict(removed.error()))) {
        m_controller.m_expectations.deletionObserved(m_key, pod.metadata.uid);
        co_return Result<>{};
    }
    co_return removed;
}

Task<Result<>> JobSync::report(bool countedAll) {
    batchv1::JobStatus status = m_job.status;
    settleUncounted(status, m_withFinalizer);
    status.uncountedTerminatedPods.ensure();
    status.active = static_cast<int32_t>(m_tally.active.size()) + m_changes.created - m_changes.removed;
    status.ready = m_tally.ready - m_changes.removedReady;
    status.terminating = m_tally.terminating + m_changes.removed;
    const bool running = !m_end && !m_job.metadata.deletionTimestamp;
    const bool suspensionChanged = running && noteSuspension(m_job, status, now());
    const bool finished = m_end && countedAll && m_changes.outcome && status.active == 0 && *status.terminating == 0 &&
                          !hasUncounted(status);
    if (finished)
        finish(status, *m_end, now());
    CO_CHECK(co_await writeStatus(std::move(status)));
    if (suspensionChanged)
        event(client::EventKind::Normal, isSuspended(m_job) ? "Suspended" : "Resumed",
              isSuspended(m_job) ? "Job suspended" : "Job resumed");
    if (finished && m_end->type == batchv1::kJobSuccessCriteriaMet)
        event(client::EventKind::Normal, "Completed", "Job completed");
    else if (finished)
        event(client::EventKind::Warning, m_end->reason, m_end->message);
    if (finished && m_job.spec.completions && m_job.status.succeeded > *m_job.spec.completions)
        event(client::EventKind::Warning, "TooManySucceededPods",
              "Too many succeeded pods running after completion count reached");
    awaitDeadline();
    co_return Result<>{};
}

Task<Result<>> JobSync::writeStatus(batchv1::JobStatus status) {
    if (status == m_job.status)
        co_return Result<>{};
    batchv1::Job fresh = m_job;
    fresh.status = std::move(status);
    CO_TRY(m_job, co_await client::updateStatus(m_controller.client(), std::move(fresh)));
    const std::string &version = m_job.metadata.resourceVersion;
    std::from_chars(version.data(), version.data() + version.size(), m_controller.m_written[m_key]);
    co_return Result<>{};
}

void JobSync::awaitDeadline() {
    const auto left = untilDeadline(m_job, now());
    if (left && !m_end)
        m_controller.queue().addAfter(m_key, std::max<Duration>(*left, std::chrono::milliseconds(1)));
}

void JobSync::event(client::EventKind kind, std::string_view reason, const std::string &message) {
    const client::ObjectReference about{.apiVersion = std::string(batchv1::Job::kApiVersion),
                                        .kind = std::string(batchv1::Job::kKind),
                                        .namespaceName = m_job.metadata.namespace_,
                                        .name = m_job.metadata.name,
                                        .uid = m_job.metadata.uid,
                                        .resourceVersion = m_job.metadata.resourceVersion};
    m_controller.events().event(about, kind, reason, message);
}

} // namespace coracle::controllers
