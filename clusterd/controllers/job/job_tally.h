#pragma once

#include "clusterd/controllers/job/index_set.h"
#include "core/api/types/batch_v1.h"
#include "core/base/clock.h"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

/// What a job and its pods tell: pure functions over the declared and observed state (k8s.io/kubernetes
/// pkg/controller/job).
namespace coracle::controllers::job {

using Pods = std::vector<corev1::Pod>;

bool isIndexed(const batchv1::Job &job);
bool isSuspended(const batchv1::Job &job);
/// Failures are limited for each index and not for the whole job.
bool limitsPerIndex(const batchv1::Job &job);
/// A pod is replaced only when it has ended, not when its deletion began.
bool replacesOnlyFailed(const batchv1::Job &job);
/// Has one of the conditions Complete and Failed: nothing happens any more.
bool isFinished(const batchv1::Job &job);
const batchv1::JobCondition *findCondition(const batchv1::JobStatus &status, std::string_view type);

bool hasTrackingFinalizer(const corev1::Pod &pod);
/// The pod failed for the job: it says so or, unless only failed pods are replaced, it is being deleted.
bool hasFailed(const batchv1::Job &job, const corev1::Pod &pod);
bool isTerminating(const corev1::Pod &pod); ///< being deleted and not ended yet
/// From the pod's annotation; nothing when that is missing, malformed or not below spec.completions.
std::optional<int32_t> completionIndex(const batchv1::Job &job, const corev1::Pod &pod);

/// How often the pods of an index failed before a pod, as its annotations say.
struct IndexFailures {
    int32_t counted = 0;
    int32_t ignored = 0; ///< by podFailurePolicy

    int32_t total() const { return counted + ignored; }
};
IndexFailures failuresBefore(const corev1::Pod &pod);
/// The same including the pod's own failure: what its successor is told.
IndexFailures failuresWith(const batchv1::Job &job, const corev1::Pod &pod);

/// Everything counted, what status has and what it has not yet.
struct Tally {
    std::vector<const corev1::Pod *> active; ///< neither ended nor being deleted
    int32_t ready = 0;
    int32_t terminating = 0;
    int32_t succeeded = 0;
    int32_t failed = 0;
    IndexSet recorded;  ///< succeeded indexes that status has already
    IndexSet completed; ///< succeeded indexes
    IndexSet failedIndexes;
    /// With limitsPerIndex: the last failed pod of each index that still needs a new pod. It keeps its finalizer until
    /// the new pod exists, because its annotations hold the index's failures.
    std::map<int32_t, const corev1::Pod *> replaceable;
};
/// The tally points into pods.
Tally tally(const batchv1::Job &job, const Pods &pods);

/// Why the job has to end: the condition FailureTarget or SuccessCriteriaMet, which it may have already. Reaching all
/// completions is not among the reasons: it counts only once no pod is active.
std::optional<batchv1::JobCondition> findEnd(const batchv1::Job &job, const Tally &tally, const Pods &pods,
                                             WallTime now);
/// The job has as many succeeded pods as it wants, and no active ones.
bool isDone(const batchv1::Job &job, const Tally &tally, int32_t active);
/// Time until activeDeadlineSeconds has passed; nothing without a deadline.
std::optional<Duration> untilDeadline(const batchv1::Job &job, WallTime now);

batchv1::JobCondition makeCondition(std::string_view type, std::string_view reason, std::string message, WallTime now);

} // namespace coracle::controllers::job
