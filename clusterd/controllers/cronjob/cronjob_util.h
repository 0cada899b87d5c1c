#pragma once

#include "core/api/cron_schedule.h"
#include "core/api/types/batch_v1.h"

#include <vector>

/// The decisions about a CronJob: pure functions over its state and the time (k8s.io/kubernetes
/// pkg/controller/cronjob).
namespace coracle::controllers::cronjob {

using api::CronSchedule;
using Jobs = std::vector<batchv1::Job>;

/// Which scheduled time is to be served now.
struct Due {
    std::optional<WallTime> time; ///< the last one since the last start; earlier ones are left out
    bool tooLate = false;         ///< startingDeadlineSeconds have passed since then
    bool manyMissed = false;      ///< more than 100 were left out
    std::optional<WallTime> next; ///< the first one in the future
};
Due findDue(const batchv1::CronJob &cronJob, const CronSchedule &schedule, WallTime now);

bool isFinished(const batchv1::Job &job);
/// "Complete", "Failed" or empty.
std::string_view finishedCondition(const batchv1::Job &job);

/// <name>-<minutes since 1970>: the same for the same scheduled time, so that a start that is repeated after a crash
/// finds the job of the first.
std::string jobName(const batchv1::CronJob &cronJob, WallTime scheduled);
batchv1::Job makeJob(const batchv1::CronJob &cronJob, const CronSchedule &schedule, WallTime scheduled);
/// The time that this controller made the job for; nothing for jobs that somebody else made.
std::optional<WallTime> scheduledTime(const batchv1::CronJob &cronJob, const batchv1::Job &job);

/// The oldest finished jobs beyond successfulJobsHistoryLimit and failedJobsHistoryLimit.
std::vector<const batchv1::Job *> beyondHistory(const batchv1::CronJob &cronJob, const Jobs &jobs);

} // namespace coracle::controllers::cronjob
