#pragma once

#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/job/job_pods.h"
#include "clusterd/controllers/job/job_status.h"

#include <set>

namespace coracle::controllers {

/// One reconciliation of a job that is not finished, from a view that shows everything the controller did before. First
/// what has ended is counted, and an end of the job recorded; then pods are made or given up; then the numbers are
/// written. Each step leaves a state from which the next reconciliation goes on.
class JobSync {
public:
    JobSync(JobController &controller, std::string key, batchv1::Job job, job::Pods pods);
    Task<Result<>> run();

private:
    /// What was done to the pods, for the numbers in the status.
    struct Changes {
        int32_t created = 0, removed = 0, removedReady = 0;
        Result<> outcome;
    };

    std::optional<batchv1::JobCondition> findEnd() const;
    Task<Result<>> count(const job::Counting &counting);
    Task<> changePods();
    Task<> createPods(const std::vector<job::NewPod> &wanted);
    Task<> removePods(const std::vector<const corev1::Pod *> &pods);
    Task<Result<>> removePod(const corev1::Pod &pod);
    Task<Result<>> report(bool countedAll);
    Task<Result<>> writeStatus(batchv1::JobStatus status);
    void noteFinishes();
    void awaitDeadline();
    void event(client::EventKind kind, std::string_view reason, const std::string &message);
    WallTime now() const { return m_controller.clock().now(); }

    JobController &m_controller;
    std::string m_key;
    batchv1::Job m_job;
    job::Pods m_pods;
    job::Tally m_tally;
    std::optional<batchv1::JobCondition> m_end;
    std::set<std::string> m_withFinalizer; ///< UIDs
    Changes m_changes;
};

} // namespace coracle::controllers
