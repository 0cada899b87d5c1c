#pragma once

#include "clusterd/controllers/job/job_tally.h"

#include <set>
#include <string>

/// How ended pods get into a job's counters, each exactly once (batch/v1 JobStatus.uncountedTerminatedPods): the status
/// lists the pods, then their finalizers go, then the list becomes a number. What was listed is never listed again, and
/// a pod without its finalizer is never looked at again, so that a crash at any point leaves a state that goes on.
namespace coracle::controllers::job {

struct Counting {
    batchv1::JobStatus status;             ///< to be stored before any finalizer is removed
    std::vector<const corev1::Pod *> pods; ///< whose finalizers may go then
    bool complete = true;                  ///< false: there are more pods than one step takes
};

/// The first step. With an end all pods are given up: those that still run count as failed when the job failed.
Counting countPods(const batchv1::Job &job, const Tally &tally, const Pods &pods,
                   const std::optional<batchv1::JobCondition> &end);

/// The last step: listed pods whose finalizer is gone become numbers.
void settleUncounted(batchv1::JobStatus &status, const std::set<std::string> &uidsWithFinalizer);
bool hasUncounted(const batchv1::JobStatus &status);

/// Keeps the condition Suspended right and, with it, the start time, which counts from the last resumption. Whether the
/// condition changed.
bool noteSuspension(const batchv1::Job &job, batchv1::JobStatus &status, WallTime now);

/// Adds Complete or Failed, as the end says.
void finish(batchv1::JobStatus &status, const batchv1::JobCondition &end, WallTime now);

} // namespace coracle::controllers::job
