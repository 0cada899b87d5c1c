#include "clusterd/controllers/cronjob/cronjob_util.h"

#include "clusterd/controllers/pod_util.h"
#include "core/api/metadata.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers::cronjob {

namespace {

constexpr int kMissedMax = 100;

bool exceeds(const CronSchedule &schedule, WallTime from, WallTime until, int most) {
    auto time = schedule.next(from);
    for (int count = 0; time && *time <= until; time = schedule.next(*time))
        if (++count > most)
            return true;
    return false;
}

} // namespace

Due findDue(const batchv1::CronJob &cronJob, const CronSchedule &schedule, WallTime now) {
    const WallTime base = cronJob.status.lastScheduleTime ? *cronJob.status.lastScheduleTime
                                                          : cronJob.metadata.creationTimestamp.valueOr(now);
    Due due;
    due.time = schedule.last(base, now);
    due.next = schedule.next(due.time.value_or(base));
    if (!due.time)
        return due;
    WallTime from = base;
    if (const auto &seconds = cronJob.spec.startingDeadlineSeconds) {
        // Longer deadlines than there is time would overflow.
        const auto deadline = std::min<std::chrono::microseconds>(
            std::chrono::seconds(std::min<int64_t>(*seconds, INT32_MAX)), now.time_since_epoch());
        due.tooLate = *due.time + deadline < now;
        from = std::max(base, now - deadline);
    }
    due.manyMissed = exceeds(schedule, from, now, kMissedMax);
    return due;
}

std::string_view finishedCondition(const batchv1::Job &job) {
    for (const batchv1::JobCondition &condition : job.status.conditions)
        if (condition.status == corev1::kConditionTrue &&
            (condition.type == batchv1::kJobComplete || condition.type == batchv1::kJobFailed))
            return condition.type;
    return {};
}

bool isFinished(const batchv1::Job &job) {
    return !finishedCondition(job).empty();
}

std::string jobName(const batchv1::CronJob &cronJob, WallTime scheduled) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(scheduled).time_since_epoch().count();
    return fmt::format("{}-{}", cronJob.metadata.name, minutes);
}

batchv1::Job makeJob(const batchv1::CronJob &cronJob, const CronSchedule &schedule, WallTime scheduled) {
    const batchv1::JobTemplateSpec &jobTemplate = cronJob.spec.jobTemplate;
    batchv1::Job job;
    job.metadata.namespace_ = cronJob.metadata.namespace_;
    job.metadata.name = jobName(cronJob, scheduled);
    job.metadata.labels = jobTemplate.metadata.labels;
    job.metadata.annotations = jobTemplate.metadata.annotations;
    job.metadata.annotations[std::string(batchv1::kCronJobScheduledTimestampAnnotation)] = schedule.timeText(scheduled);
    job.metadata.ownerReferences.push_back(
        controllerReference(batchv1::CronJob::kApiVersion, batchv1::CronJob::kKind, cronJob.metadata));
    job.spec = jobTemplate.spec;
    return job;
}

std::optional<WallTime> scheduledTime(const batchv1::CronJob &cronJob, const batchv1::Job &job) {
    const auto annotation = api::annotation(job.metadata, batchv1::kCronJobScheduledTimestampAnnotation);
    if (!annotation)
        return std::nullopt;
    const auto scheduled = api::Time::parse(*annotation);
    if (!scheduled || !*scheduled || job.metadata.name != jobName(cronJob, **scheduled))
        return std::nullopt;
    return **scheduled;
}

std::vector<const batchv1::Job *> beyondHistory(const batchv1::CronJob &cronJob, const Jobs &jobs) {
    std::vector<const batchv1::Job *> beyond;
    auto collect = [&](std::string_view condition, const std::optional<int32_t> &limit) {
        std::vector<const batchv1::Job *> finished;
        for (const batchv1::Job &job : jobs)
            if (finishedCondition(job) == condition && !job.metadata.deletionTimestamp)
                finished.push_back(&job);
        if (!limit || finished.size() <= static_cast<size_t>(std::max(*limit, 0)))
            return;
        std::sort(finished.begin(), finished.end(), [](const batchv1::Job *a, const batchv1::Job *b) {
            return std::pair(a->status.startTime, a->metadata.name) < std::pair(b->status.startTime, b->metadata.name);
        });
        finished.resize(finished.size() - static_cast<size_t>(std::max(*limit, 0)));
        beyond.insert(beyond.end(), finished.begin(), finished.end());
    };
    collect(batchv1::kJobComplete, cronJob.spec.successfulJobsHistoryLimit);
    collect(batchv1::kJobFailed, cronJob.spec.failedJobsHistoryLimit);
    return beyond;
}

} // namespace coracle::controllers::cronjob
