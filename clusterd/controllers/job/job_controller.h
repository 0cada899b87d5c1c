#pragma once

#include "clusterd/controllers/expectations.h"
#include "clusterd/controllers/job/pod_backoff.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/batch_v1.h"

#include <unordered_map>

namespace coracle::controllers {

/// Runs the pods of each Job to completion (batch/v1). Jobs that spec.managedBy gives to another controller are left
/// alone.
/// Reads: Jobs, Pods. Writes: Pods (create, delete, adopt, release, the finalizer batch.kubernetes.io/job-tracking),
/// Jobs' status.
class JobController final : public Controller {
public:
    explicit JobController(const ControllerContext &context);
    int workers() const override { return 5; }
    Task<Result<>> reconcile(std::string key) override;

private:
    friend class JobSync;

    void podChanged(const ObjectPtr &before, const ObjectPtr &after);
    bool viewIsCurrent(const std::string &key, const api::Object &job) const;
    Task<Result<std::vector<corev1::Pod>>> claimPods(const batchv1::Job &job);
    enum class Only { Same, Unchanged }; ///< the same pod; in the version that was seen
    Task<Result<>> removeFinalizer(const std::string &key, const corev1::Pod &pod, Only only);
    Task<Result<>> releaseLeftPods(std::string key, std::string liveUid);
    Task<Result<>> releaseOrphan(std::string podKey);

    client::Informer &m_jobs;
    client::Informer &m_pods;
    Expectations m_expectations;
    Expectations m_releases;                            ///< removed finalizers that the informer does not show yet
    std::unordered_map<std::string, int64_t> m_written; ///< by key: the version of a job that this controller wrote
    std::unordered_map<std::string, job::PodBackoff> m_backoffs; ///< by the job's UID
};

} // namespace coracle::controllers
