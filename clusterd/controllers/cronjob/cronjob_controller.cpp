#include "clusterd/controllers/cronjob/cronjob_controller.h"

#include "clusterd/controllers/cronjob/cronjob_util.h"
#include "clusterd/controllers/pod_util.h"
#include "core/api/object_reference.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::controllers {

using namespace cronjob;
using client::EventKind;

namespace {

/// A date that is set ahead is noticed after this time at the latest.
constexpr Duration kLookAgain = std::chrono::minutes(1);
/// Waking up a little late saves waking up a little early.
constexpr Duration kLateness = std::chrono::milliseconds(100);

bool isActive(const batchv1::CronJob &cronJob, std::string_view uid) {
    return std::any_of(cronJob.status.active.begin(), cronJob.status.active.end(),
                       [&](const corev1::ObjectReference &reference) { return reference.uid == uid; });
}

void dropActive(batchv1::CronJob &cronJob, std::string_view uid) {
    std::erase_if(cronJob.status.active,
                  [&](const corev1::ObjectReference &reference) { return reference.uid == uid; });
}

} // namespace

CronJobController::CronJobController(const ControllerContext &context)
    : Controller(context, "cronjob"),
      m_cronJobs(informers().get<batchv1::CronJob>()),
      m_jobs(informers().get<batchv1::Job>()),
      m_expectations(context.clock) {
    addControllerIndex(m_jobs);
    m_cronJobs.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const std::string key = (after ? after : before)->key();
        if (!after) {
            m_expectations.forget(key);
            m_written.erase(key);
            m_noted.erase(key);
        }
        queue().add(key);
    });
    m_jobs.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        m_expectations.observe(batchv1::CronJob::kKind, before, after);
    });
    enqueueOwner(m_jobs, batchv1::CronJob::kKind);
}

Task<Result<>> CronJobController::reconcile(std::string key) {
    const ObjectPtr object = m_cronJobs.get(key);
    if (!object)
        co_return Result<>{};
    // What this controller wrote comes back through the informer, and the key with it.
    if (const auto written = m_written.find(key);
        written != m_written.end() && object->resourceVersion() < written->second)
        co_return Result<>{};
    if (!m_expectations.satisfied(key)) {
        queue().addAfter(key, Expectations::kLapseAfter);
        co_return Result<>{};
    }
    CO_TRY(const batchv1::CronJob before, api::decode<batchv1::CronJob>(*object));
    CO_TRY(const Jobs jobs, ownJobs(before));
    batchv1::CronJob cronJob = before;
    followJobs(cronJob, jobs);
    // Stored before any job is removed, since the job may be all that tells of its start. The write brings the key
    // again.
    if (cronJob.status.lastScheduleTime != before.status.lastScheduleTime)
        co_return co_await writeStatus(key, before, std::move(cronJob));
    CO_CHECK(co_await dropMissing(cronJob, jobs));
    Result<> served = co_await trimHistory(cronJob, jobs);
    if (served && !cronJob.metadata.deletionTimestamp)
        served = co_await serve(key, cronJob);
    CO_CHECK(co_await writeStatus(key, before, std::move(cronJob)));
    co_return served;
}

Result<CronJobController::Jobs> CronJobController::ownJobs(const batchv1::CronJob &cronJob) const {
    Jobs jobs;
    for (const ObjectPtr &object : m_jobs.byIndex(kByController, cronJob.metadata.uid)) {
        TRY(batchv1::Job job, api::decode<batchv1::Job>(*object));
        jobs.push_back(std::move(job));
    }
    return jobs;
}

/// Brings the status in line with the jobs that are seen. A start that could not be noted, because this controller
/// ended in between, is noted now, so that its time is not served again.
void CronJobController::followJobs(batchv1::CronJob &cronJob, const Jobs &jobs) {
    for (const batchv1::Job &job : jobs) {
        const bool active = isActive(cronJob, job.metadata.uid);
        const auto scheduled = scheduledTime(cronJob, job);
        if (scheduled)
            cronJob.status.lastScheduleTime = std::max(cronJob.status.lastScheduleTime, api::Time(*scheduled));
        if (job.status.completionTime)
            cronJob.status.lastSuccessfulTime = std::max(cronJob.status.lastSuccessfulTime, job.status.completionTime);
        if (active && isFinished(job)) {
            dropActive(cronJob, job.metadata.uid);
            event(cronJob, EventKind::Normal, "SawCompletedJob",
                  fmt::format("Saw completed job: {}, condition: {}", job.metadata.name, finishedCondition(job)));
        } else if (!active && !isFinished(job) && !job.metadata.deletionTimestamp) {
            if (scheduled)
                cronJob.status.active.push_back(api::referenceTo(job));
            else
                event(cronJob, EventKind::Warning, "UnexpectedJob",
                      "Saw a job that the controller did not create or forgot: " + job.metadata.name);
        }
    }
}

/// Active jobs that are gone; the API server is asked, since the informer may not show a new one yet.
Task<Result<>> CronJobController::dropMissing(batchv1::CronJob &cronJob, const Jobs &jobs) {
    const std::vector<corev1::ObjectReference> active = cronJob.status.active;
    for (const corev1::ObjectReference &reference : active) {
        if (std::any_of(jobs.begin(), jobs.end(),
                        [&](const batchv1::Job &job) { return job.metadata.uid == reference.uid; }))
            continue;
        auto found = co_await client::get<batchv1::Job>(client(), cronJob.metadata.namespace_, reference.name);
        CO_CHECK(ignoreNotFound(found));
        if (found && found->metadata.uid == reference.uid)
            continue;
        dropActive(cronJob, reference.uid);
        event(cronJob, EventKind::Normal, "MissingJob", "Active job went missing: " + reference.name);
    }
    co_return Result<>{};
}

Task<Result<>> CronJobController::trimHistory(batchv1::CronJob &cronJob, const Jobs &jobs) {
    const std::vector<const batchv1::Job *> beyond = beyondHistory(cronJob, jobs);
    for (const batchv1::Job *job : beyond)
        CO_CHECK(co_await removeJob(cronJob, job->metadata.name, job->metadata.uid));
    co_return Result<>{};
}

/// Starts a job when it is time, and sees to it that the CronJob comes again.
Task<Result<>> CronJobController::serve(const std::string &key, batchv1::CronJob &cronJob) {
    if (cronJob.spec.suspend.value_or(false))
        co_return Result<>{};
    const std::string zone = cronJob.spec.timeZone.value_or("");
    if (const auto known = CronSchedule::parse("@hourly", zone); !known) {
        event(cronJob, EventKind::Warning, "UnknownTimeZone",
              fmt::format("invalid timeZone: \"{}\": {}", zone, known.error().message));
        co_return Result<>{};
    }
    const auto schedule = CronSchedule::parse(cronJob.spec.schedule, zone);
    if (!schedule) {
        event(cronJob, EventKind::Warning, "UnparseableSchedule",
              fmt::format("unparseable schedule: {} : {}", cronJob.spec.schedule, schedule.error().message));
        co_return Result<>{}; // comes again when the CronJob is changed
    }
    const Due due = findDue(cronJob, *schedule, clock().now());
    if (due.next) {
        const Duration left = std::max<Duration>(*due.next - clock().now(), Duration::zero()) + kLateness;
        queue().addAfter(key, std::min(left, kLookAgain));
    } else {
        event(cronJob, EventKind::Warning, "InvalidSchedule",
              fmt::format("invalid schedule: {} : it has no time in the next years", cronJob.spec.schedule));
    }
    if (!mayStart(key, cronJob, due))
        co_return Result<>{};
    if (cronJob.spec.concurrencyPolicy == batchv1::kReplaceConcurrent) {
        CO_CHECK(co_await replaceActive(cronJob));
    }
    co_return co_await startJob(key, cronJob, *schedule, *due.time);
}

bool CronJobController::mayStart(const std::string &key, const batchv1::CronJob &cronJob, const Due &due) {
    if (!due.time)
        return false;
    // What keeps a time from being served stays so; it is told once.
    const auto [noted, fresh] = m_noted.try_emplace(key, *due.time);
    const bool tell = fresh || std::exchange(noted->second, *due.time) != *due.time;
    if (due.manyMissed && tell)
        event(cronJob, EventKind::Warning, "TooManyMissedTimes",
              "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
    if (due.tooLate) {
        if (tell)
            event(cronJob, EventKind::Warning, "MissSchedule",
                  "Missed scheduled time to start a job: " + api::Time(*due.time).text());
        return false;
    }
    if (cronJob.spec.concurrencyPolicy == batchv1::kForbidConcurrent && !cronJob.status.active.empty()) {
        if (tell)
            event(cronJob, EventKind::Normal, "JobAlreadyActive",
                  "Not starting job because prior execution is running and concurrency policy is Forbid");
        return false;
    }
    return true;
}

Task<Result<>> CronJobController::replaceActive(batchv1::CronJob &cronJob) {
    const std::vector<corev1::ObjectReference> active = cronJob.status.active;
    for (const corev1::ObjectReference &reference : active)
        CO_CHECK(co_await removeJob(cronJob, reference.name, reference.uid));
    co_return Result<>{};
}

Task<Result<>> CronJobController::startJob(const std::string &keyRef, batchv1::CronJob &cronJob,
                                           const CronSchedule &schedule, WallTime scheduled) {
    const std::string key = keyRef, name = jobName(cronJob, scheduled);
    batchv1::Job wanted = makeJob(cronJob, schedule, scheduled);
    m_expectations.expectCreations(key, 1);
    auto job = co_await client::create(client(), std::move(wanted));
    const bool created = job.has_value();
    if (!created)
        m_expectations.creationObserved(key);
    // The job may be there since a start that ended before it could be noted.
    if (!created && isAlreadyExists(job.error())) {
        job = co_await client::get<batchv1::Job>(client(), cronJob.metadata.namespace_, name);
        const metav1::OwnerReference *owner = job ? controllerOf(job->metadata) : nullptr;
        if (job && (!owner || owner->uid != cronJob.metadata.uid))
            job = errors::alreadyExists("jobs", "batch", name);
    }
    if (!job) {
        if (!isNamespaceTerminating(job.error()))
            event(cronJob, EventKind::Warning, "FailedCreate", "Error creating job: " + job.error().message);
        co_return std::unexpected(job.error());
    }
    if (created)
        event(cronJob, EventKind::Normal, "SuccessfulCreate", "Created job " + name);
    if (!isFinished(*job) && !isActive(cronJob, job->metadata.uid))
        cronJob.status.active.push_back(api::referenceTo(*job));
    cronJob.status.lastScheduleTime = api::Time(scheduled);
    co_return Result<>{};
}

Task<Result<>> CronJobController::removeJob(batchv1::CronJob &cronJob, std::string name, std::string uid) {
    client::DeleteOptions options;
    options.propagationPolicy = "Background";
    options.preconditionUid = uid;
    auto removed =
        co_await client().remove(batchv1::Job::resource(), cronJob.metadata.namespace_, name, std::move(options));
    if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error())) {
        event(cronJob, EventKind::Warning, "FailedDelete", "Deleted job: " + removed.error().message);
        co_return removed;
    }
    dropActive(cronJob, uid);
    if (removed)
        event(cronJob, EventKind::Normal, "SuccessfulDelete", "Deleted job " + name);
    co_return Result<>{};
}

Task<Result<>> CronJobController::writeStatus(const std::string &keyRef, const batchv1::CronJob &before,
                                              batchv1::CronJob fresh) {
    const std::string key = keyRef;
    if (fresh.status == before.status)
        co_return Result<>{};
    CO_TRY(const batchv1::CronJob written, co_await client::updateStatus(client(), std::move(fresh)));
    const std::string &version = written.metadata.resourceVersion;
    std::from_chars(version.data(), version.data() + version.size(), m_written[key]);
    co_return Result<>{};
}

void CronJobController::event(const batchv1::CronJob &cronJob, EventKind kind, std::string_view reason,
                              const std::string &message) {
    const client::ObjectReference about{.apiVersion = std::string(batchv1::CronJob::kApiVersion),
                                        .kind = std::string(batchv1::CronJob::kKind),
                                        .namespaceName = cronJob.metadata.namespace_,
                                        .name = cronJob.metadata.name,
                                        .uid = cronJob.metadata.uid,
                                        .resourceVersion = cronJob.metadata.resourceVersion};
    events().event(about, kind, reason, message);
}

} // namespace coracle::controllers
