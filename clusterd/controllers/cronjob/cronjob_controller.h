#pragma once

#include "clusterd/controllers/expectations.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/batch_v1.h"

#include <unordered_map>

namespace coracle::api {
class CronSchedule;
}

namespace coracle::controllers {

namespace cronjob {
struct Due;
}

/// Starts the Jobs of each CronJob at its times and removes old ones (batch/v1). Follows the date also when it is set:
/// ahead, the last time that was jumped over is served; back, nothing is started twice.
/// Reads: CronJobs, Jobs. Writes: Jobs (create, delete), CronJobs' status.
class CronJobController final : public Controller {
public:
    explicit CronJobController(const ControllerContext &context);
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    using Jobs = std::vector<batchv1::Job>;

    Result<Jobs> ownJobs(const batchv1::CronJob &cronJob) const;
    void followJobs(batchv1::CronJob &cronJob, const Jobs &jobs);
    Task<Result<>> dropMissing(batchv1::CronJob &cronJob, const Jobs &jobs);
    Task<Result<>> trimHistory(batchv1::CronJob &cronJob, const Jobs &jobs);
    Task<Result<>> serve(const std::string &key, batchv1::CronJob &cronJob);
    bool mayStart(const std::string &key, const batchv1::CronJob &cronJob, const cronjob::Due &due);
    Task<Result<>> replaceActive(batchv1::CronJob &cronJob);
    Task<Result<>> startJob(const std::string &key, batchv1::CronJob &cronJob, const api::CronSchedule &schedule,
                            WallTime scheduled);
    Task<Result<>> removeJob(batchv1::CronJob &cronJob, std::string name, std::string uid);
    Task<Result<>> writeStatus(const std::string &key, const batchv1::CronJob &before, batchv1::CronJob fresh);
    void event(const batchv1::CronJob &cronJob, client::EventKind kind, std::string_view reason,
               const std::string &message);

    client::Informer &m_cronJobs;
    client::Informer &m_jobs;
    Expectations m_expectations;                        ///< started jobs that the informer does not show yet
    std::unordered_map<std::string, int64_t> m_written; ///< by key: the version that this controller wrote last
    std::unordered_map<std::string, WallTime> m_noted;  ///< by key: the scheduled time whose miss was told
};

} // namespace coracle::controllers
