#include "clusterd/controllers/job/job_status.h"

#include "clusterd/controllers/job/pod_failure_policy.h"
#include "clusterd/controllers/pod_util.h"

#include <algorithm>

namespace coracle::controllers::job {

namespace {

/// Keeps uncountedTerminatedPods under some 20 KB and gives other jobs their turn.
constexpr size_t kUncountedPodsMax = 500;

bool lists(const std::vector<std::string> &uids, const std::string &uid) {
    return std::find(uids.begin(), uids.end(), uid) != uids.end();
}

bool mayGo(const batchv1::Job &job, const Tally &tally, const corev1::Pod &pod, bool ended) {
    if (ended || job.metadata.deletionTimestamp || pod.status.phase == corev1::kPodSucceeded)
        return true;
    if (!hasFailed(job, pod))
        return false;
    const auto index = completionIndex(job, pod);
    const auto kept = index ? tally.replaceable.find(*index) : tally.replaceable.end();
    return kept == tally.replaceable.end() || kept->second->metadata.uid != pod.metadata.uid;
}

/// Lists the pod in the status; an index that succeeded needs no list, since completedIndexes says it.
void note(const batchv1::Job &job, const corev1::Pod &pod, bool failedWithJob, IndexSet &completed,
          batchv1::UncountedTerminatedPods &uncounted) {
    const std::string &uid = pod.metadata.uid;
    const auto index = completionIndex(job, pod);
    if (lists(uncounted.succeeded, uid) || lists(uncounted.failed, uid) || (isIndexed(job) && !index))
        return;
    if (pod.status.phase == corev1::kPodSucceeded) {
        if (isIndexed(job))
            completed.insert(*index);
        else
            uncounted.succeeded.push_back(uid);
    } else if ((hasFailed(job, pod) || failedWithJob) && judge(job.spec, pod).counts()) {
        uncounted.failed.push_back(uid);
    }
}

} // namespace

Counting countPods(const batchv1::Job &job, const Tally &tally, const Pods &pods,
                   const std::optional<batchv1::JobCondition> &end) {
    Counting counting{.status = job.status};
    batchv1::JobStatus &status = counting.status;
    IndexSet completed = tally.recorded;
    const bool failed = end && end->type == batchv1::kJobFailureTarget;
    for (const corev1::Pod &pod : pods) {
        if (!hasTrackingFinalizer(pod) || !mayGo(job, tally, pod, end.has_value()))
            continue;
        if (counting.pods.size() == kUncountedPodsMax) {
            counting.complete = false;
            break;
        }
        note(job, pod, failed, completed, status.uncountedTerminatedPods.ensure());
        counting.pods.push_back(&pod);
    }
    if (isIndexed(job)) {
        status.completedIndexes = completed.text();
        status.succeeded = completed.size();
    }
    if (limitsPerIndex(job))
        status.failedIndexes = tally.failedIndexes.text();
    if (end && !findCondition(status, end->type))
        status.conditions.push_back(*end);
    return counting;
}

void settleUncounted(batchv1::JobStatus &status, const std::set<std::string> &uidsWithFinalizer) {
    if (!status.uncountedTerminatedPods)
        return;
    auto settle = [&](std::vector<std::string> &uids, int32_t &counter) {
        counter += static_cast<int32_t>(
            std::erase_if(uids, [&](const std::string &uid) { return !uidsWithFinalizer.contains(uid); }));
    };
    settle(status.uncountedTerminatedPods->succeeded, status.succeeded);
    settle(status.uncountedTerminatedPods->failed, status.failed);
}

bool hasUncounted(const batchv1::JobStatus &status) {
    const auto &uncounted = status.uncountedTerminatedPods;
    return uncounted && (!uncounted->succeeded.empty() || !uncounted->failed.empty());
}

bool noteSuspension(const batchv1::Job &job, batchv1::JobStatus &status, WallTime now) {
    const bool suspended = isSuspended(job);
    const std::string_view wanted = suspended ? corev1::kConditionTrue : corev1::kConditionFalse;
    const auto found = std::find_if(status.conditions.begin(), status.conditions.end(),
                                    [](const auto &condition) { return condition.type == batchv1::kJobSuspended; });
    const bool known = found != status.conditions.end();
    if (suspended)
        status.startTime.reset();
    else if (!status.startTime)
        status.startTime = api::Time(now);
    if (known ? found->status == wanted : !suspended)
        return false;
    batchv1::JobCondition condition = suspended
                                          ? makeCondition(batchv1::kJobSuspended, "JobSuspended", "Job suspended", now)
                                          : makeCondition(batchv1::kJobSuspended, "JobResumed", "Job resumed", now);
    condition.status = wanted;
    if (!known) {
        status.conditions.push_back(std::move(condition));
    } else {
        *found = std::move(condition);
        if (!suspended)
            status.startTime = api::Time(now);
    }
    return true;
}

void finish(batchv1::JobStatus &status, const batchv1::JobCondition &end, WallTime now) {
    const bool succeeded = end.type == batchv1::kJobSuccessCriteriaMet;
    // The end can be the first that is written: the pods outlive a controller whose writes failed.
    if (!status.startTime)
        status.startTime = api::Time(now);
    status.conditions.push_back(
        makeCondition(succeeded ? batchv1::kJobComplete : batchv1::kJobFailed, end.reason, end.message, now));
    if (succeeded)
        status.completionTime = api::Time(now);
}

} // namespace coracle::controllers::job
