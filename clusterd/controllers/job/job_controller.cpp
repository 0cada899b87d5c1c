#include "clusterd/controllers/job/job_controller.h"

#include "clusterd/controllers/controller_ref_manager.h"
#include "clusterd/controllers/job/job_sync.h"
#include "clusterd/controllers/job/job_tally.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/selectors.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

constexpr std::string_view kKind = batchv1::Job::kKind;
/// Before the key of a pod that has no owner; no job's key holds a colon.
constexpr std::string_view kOrphanPrefix = "orphan:";
/// The index of pods that still have the finalizer, by the key of their job, which may be gone.
constexpr std::string_view kTrackedPods = "tracked pods of a job";

bool showsFinalizer(const ObjectPtr &object) {
    if (!object || !object->hasFinalizers())
        return false;
    const auto pod = api::decode<corev1::Pod>(*object);
    return pod && job::hasTrackingFinalizer(*pod);
}

bool isManagedElsewhere(const batchv1::Job &job) {
    return job.spec.managedBy && *job.spec.managedBy != batchv1::kJobControllerName;
}

} // namespace

JobController::JobController(const ControllerContext &context)
    : Controller(context, "job"),
      m_jobs(informers().get<batchv1::Job>()),
      m_pods(informers().get<corev1::Pod>()),
      m_expectations(context.clock),
      m_releases(context.clock) {
    addControllerIndex(m_pods);
    m_pods.addIndex(std::string(kTrackedPods), [](const ObjectPtr &pod, std::vector<std::string> &values) {
        if (auto key = ownerKey(pod, kKind); key && showsFinalizer(pod))
            values.push_back(std::move(*key));
    });
    m_jobs.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const std::string key = (after ? after : before)->key();
        if (!after) {
            m_expectations.forget(key);
            m_releases.forget(key);
            m_written.erase(key);
            m_backoffs.erase(std::string(before->uid()));
        }
        queue().add(key);
    });
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { podChanged(before, after); });
    enqueueOwner(m_pods, kKind);
}

void JobController::podChanged(const ObjectPtr &before, const ObjectPtr &after) {
    m_expectations.observe(kKind, before, after);
    const bool tracked = showsFinalizer(after);
    for (const ObjectPtr *pod : {&before, &after})
        if (const auto key = ownerKey(*pod, kKind); key && !tracked)
            m_releases.deletionObserved(*key, (*pod)->uid());
    // When there is no job to adopt an orphan, only its finalizer matters.
    if (tracked && !after->controller())
        queue().add(fmt::format("{}{}", kOrphanPrefix, after->key()));
    enqueueAdopters(m_jobs, before, after);
}

/// Whether what this controller did before has come back through the informers. If not, it will, and the key with it.
bool JobController::viewIsCurrent(const std::string &key, const api::Object &job) const {
    const auto written = m_written.find(key);
    return (written == m_written.end() || written->second <= job.resourceVersion()) && m_expectations.satisfied(key) &&
           m_releases.satisfied(key);
}

Task<Result<>> JobController::reconcile(std::string key) {
    if (key.starts_with(kOrphanPrefix))
        co_return co_await releaseOrphan(key.substr(kOrphanPrefix.size()));
    const ObjectPtr object = m_jobs.get(key);
    if (!object) {
        CO_CHECK(co_await releaseLeftPods(key, std::string()));
        if (m_releases.satisfied(key))
            m_releases.forget(key);
        co_return Result<>{};
    }
    CO_TRY(batchv1::Job job, api::decode<batchv1::Job>(*object));
    if (isManagedElsewhere(job))
        co_return Result<>{};
    const bool finished = job::isFinished(job);
    const std::string liveUid = finished ? std::string() : job.metadata.uid;
    CO_CHECK(co_await releaseLeftPods(key, liveUid));
    if (finished) {
        m_backoffs.erase(job.metadata.uid);
        co_return Result<>{};
    }
    if (!viewIsCurrent(key, *object)) {
        queue().addAfter(key, Expectations::kLapseAfter);
        co_return Result<>{};
    }
    CO_TRY(std::vector<corev1::Pod> pods, co_await claimPods(job));
    JobSync sync(*this, key, std::move(job), std::move(pods));
    co_return co_await sync.run();
}

/// The pods of the job in every phase.
Task<Result<std::vector<corev1::Pod>>> JobController::claimPods(const batchv1::Job &job) {
    CO_TRY(const api::LabelSelector selector, workloadSelector(job.spec.selector));
    ControllerRefManager manager(client(), batchv1::Job::resource(), job.metadata);
    ClaimRules rules;
    rules.matches = [&selector](const api::Object &pod) { return selector.matches(pod.labels()); };
    rules.finalizer = batchv1::kJobTrackingFinalizer;
    CO_TRY(const std::vector<ObjectPtr> claimed,
           co_await manager.claim(m_pods, corev1::Pod::resource(), std::move(rules)));
    co_return decodeAll<corev1::Pod>(claimed);
}

/// With a patch that other writers of the pod can't get in the way of, unless it must be unchanged; the UID in it makes
/// sure of the pod.
Task<Result<>> JobController::removeFinalizer(const std::string &keyRef, const corev1::Pod &pod, Only only) {
    const std::string key = keyRef, uid = pod.metadata.uid;
    const std::string version =
        only == Only::Unchanged ? fmt::format(R"("resourceVersion":"{}",)", pod.metadata.resourceVersion) : "";
    std::string patch = fmt::format(R"({{"metadata":{{"uid":"{}",{}"$deleteFromPrimitiveList/finalizers":["{}"]}}}})",
                                    uid, version, batchv1::kJobTrackingFinalizer);
    m_releases.expectDeletion(key, uid);
    auto written = co_await client().patch(corev1::Pod::resource(), pod.metadata.namespace_, pod.metadata.name,
                                           client::PatchType::StrategicMerge, std::move(patch));
    if (written)
        co_return Result<>{};
    m_releases.deletionObserved(key, uid);
    co_return ignoreNotFound(written);
}

/// Pods that name this job as their owner but that no sync will count any more: it is gone, finished or another one of
/// the same name.
Task<Result<>> JobController::releaseLeftPods(std::string key, std::string liveUid) {
    for (const ObjectPtr &object : m_pods.byIndex(kTrackedPods, key)) {
        if (object->controller()->uid == liveUid)
            continue;
        CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
        CO_CHECK(co_await removeFinalizer(key, pod, Only::Same));
    }
    co_return Result<>{};
}

/// A pod with the finalizer and without an owner, as `kubectl delete job --cascade=orphan` leaves it.
Task<Result<>> JobController::releaseOrphan(std::string podKey) {
    const ObjectPtr object = m_pods.get(podKey);
    if (!object || object->controller() || !showsFinalizer(object))
        co_return Result<>{};
    for (const ObjectPtr &owner : m_jobs.listNamespace(object->namespaceName())) {
        CO_TRY(const batchv1::Job job, api::decode<batchv1::Job>(*owner));
        CO_TRY(const api::LabelSelector selector, workloadSelector(job.spec.selector));
        if (!job::isFinished(job) && !job.metadata.deletionTimestamp && selector.matches(object->labels()))
            co_return Result<>{};
    }
    CO_TRY(corev1::Pod pod, api::decode<corev1::Pod>(*object));
    std::erase(pod.metadata.finalizers, batchv1::kJobTrackingFinalizer);
    auto written = co_await client::update(client(), std::move(pod));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
