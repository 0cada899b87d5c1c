#pragma once

#include "clusterd/controllers/job/job_tally.h"
#include "clusterd/controllers/job/pod_backoff.h"

/// Which pods a job makes and gives up (k8s.io/kubernetes pkg/controller/job manageJob and indexed_job_utils).
namespace coracle::controllers::job {

struct NewPod {
    std::optional<int32_t> index;          ///< of an indexed job
    std::optional<IndexFailures> failures; ///< with a limit for each index
};

struct PodPlan {
    std::vector<const corev1::Pod *> remove;
    std::vector<NewPod> create; ///< empty when there are pods to remove
    Duration wait{};            ///< after which more pods may be made; zero: nothing waits for time
};

/// For a job that has not ended and is not being deleted.
PodPlan planPods(const batchv1::Job &job, const Tally &tally, const Pods &pods, const PodBackoff &backoff,
                 WallTime now);

/// From the job's template, with the finalizer and, for an index, its annotations, label, host name and the variable
/// JOB_COMPLETION_INDEX.
corev1::Pod makePod(const batchv1::Job &job, const NewPod &wanted);

} // namespace coracle::controllers::job
