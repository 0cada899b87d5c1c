#include "clusterd/controllers/job/job_tally.h"

#include "clusterd/controllers/job/pod_backoff.h"
#include "clusterd/controllers/job/pod_failure_policy.h"
#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace coracle::controllers::job {

namespace {

constexpr int64_t kDeadlineSecondsMost = 1'000'000'000; // 31 years

std::optional<int32_t> annotatedNumber(const corev1::Pod &pod, std::string_view name) {
    const auto found = pod.metadata.annotations.find(name);
    if (found == pod.metadata.annotations.end())
        return std::nullopt;
    const std::string &text = found->second;
    int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

/// A pod whose end is in neither the counters nor the list of uncounted pods.
bool isUncounted(const batchv1::Job &job, const corev1::Pod &pod) {
    if (!hasTrackingFinalizer(pod) || (isIndexed(job) && !completionIndex(job, pod)))
        return false;
    const auto &listed = job.status.uncountedTerminatedPods;
    auto lists = [&](const std::vector<std::string> &uids) {
        return std::find(uids.begin(), uids.end(), pod.metadata.uid) != uids.end();
    };
    return !listed || (!lists(listed->succeeded) && !lists(listed->failed));
}

void tallyFailedIndexes(const batchv1::Job &job, const Pods &pods, Tally &tally) {
    tally.failedIndexes = IndexSet::parse(job.status.failedIndexes.value_or(""), job.spec.completions.value_or(0));
    std::vector<std::pair<int32_t, const corev1::Pod *>> failed;
    std::set<int32_t> activeIndexes;
    for (const corev1::Pod *pod : tally.active)
        if (const auto index = completionIndex(job, *pod))
            activeIndexes.insert(*index);
    for (const corev1::Pod &pod : pods) {
        const auto index = completionIndex(job, pod);
        if (!index || !hasTrackingFinalizer(pod) || !hasFailed(job, pod))
            continue;
        failed.emplace_back(*index, &pod);
        const PodVerdict verdict = judge(job.spec, pod);
        const bool exhausted = verdict.counts() && failuresBefore(pod).counted >= *job.spec.backoffLimitPerIndex;
        if (!tally.completed.contains(*index) && (verdict.failsIndex() || exhausted))
            tally.failedIndexes.insert(*index);
    }
    auto rank = [](const corev1::Pod &pod) { return std::pair(failuresBefore(pod).total(), finishTime(pod)); };
    for (const auto &[index, pod] : failed) {
        if (tally.completed.contains(index) || tally.failedIndexes.contains(index) || activeIndexes.contains(index))
            continue;
        const corev1::Pod *&last = tally.replaceable[index];
        if (!last || rank(*last) <= rank(*pod))
            last = pod;
    }
}

/// With restartPolicy OnFailure the failures are restarts of containers; 0 allows none, n ends at the n-th.
bool restartedTooOften(const batchv1::Job &job, const Pods &pods) {
    if (job.spec.template_.spec.restartPolicy != "OnFailure")
        return false;
    int64_t restarts = 0;
    for (const corev1::Pod &pod : pods) {
        if (pod.status.phase != corev1::kPodRunning && pod.status.phase != corev1::kPodPending)
            continue;
        for (const auto *list : {&pod.status.initContainerStatuses, &pod.status.containerStatuses})
            for (const corev1::ContainerStatus &container : *list)
                restarts += container.restartCount;
    }
    return restarts >= std::max(job.spec.backoffLimit.value_or(6), 1);
}

std::optional<std::string> matchSuccessPolicy(const batchv1::Job &job, const IndexSet &completed) {
    if (!job.spec.successPolicy)
        return std::nullopt;
    const auto &rules = job.spec.successPolicy->rules;
    for (size_t i = 0; i < rules.size(); ++i) {
        int32_t have = completed.size(), wanted = job.spec.completions.value_or(0);
        if (rules[i].succeededIndexes) {
            const IndexSet named = IndexSet::parse(*rules[i].succeededIndexes, wanted);
            have = completed.common(named);
            wanted = named.size();
        }
        if (have >= rules[i].succeededCount.value_or(wanted))
            return fmt::format("Matched rules at index {}", i);
    }
    return std::nullopt;
}

} // namespace

bool isIndexed(const batchv1::Job &job) {
    return job.spec.completionMode == batchv1::kIndexedCompletion;
}

bool isSuspended(const batchv1::Job &job) {
    return job.spec.suspend.value_or(false);
}

bool limitsPerIndex(const batchv1::Job &job) {
    return isIndexed(job) && job.spec.backoffLimitPerIndex;
}

bool replacesOnlyFailed(const batchv1::Job &job) {
    return job.spec.podReplacementPolicy == batchv1::kFailed || job.spec.podFailurePolicy;
}

const batchv1::JobCondition *findCondition(const batchv1::JobStatus &status, std::string_view type) {
    for (const batchv1::JobCondition &condition : status.conditions)
        if (condition.type == type)
            return &condition;
    return nullptr;
}

bool isFinished(const batchv1::Job &job) {
    for (const std::string_view type : {batchv1::kJobComplete, batchv1::kJobFailed})
        if (const auto *condition = findCondition(job.status, type);
            condition && condition->status == corev1::kConditionTrue)
            return true;
    return false;
}

bool hasTrackingFinalizer(const corev1::Pod &pod) {
    const auto &finalizers = pod.metadata.finalizers;
    return std::find(finalizers.begin(), finalizers.end(), batchv1::kJobTrackingFinalizer) != finalizers.end();
}

bool hasFailed(const batchv1::Job &job, const corev1::Pod &pod) {
    if (isPodTerminal(pod) || replacesOnlyFailed(job))
        return pod.status.phase == corev1::kPodFailed;
    return bool(pod.metadata.deletionTimestamp);
}

bool isTerminating(const corev1::Pod &pod) {
    return pod.metadata.deletionTimestamp && !isPodTerminal(pod);
}

std::optional<int32_t> completionIndex(const batchv1::Job &job, const corev1::Pod &pod) {
    const auto index = annotatedNumber(pod, batchv1::kJobCompletionIndexAnnotation);
    return index && *index < job.spec.completions.value_or(0) ? index : std::nullopt;
}

IndexFailures failuresBefore(const corev1::Pod &pod) {
    return {annotatedNumber(pod, batchv1::kJobIndexFailureCountAnnotation).value_or(0),
            annotatedNumber(pod, batchv1::kJobIndexIgnoredFailureCountAnnotation).value_or(0)};
}

IndexFailures failuresWith(const batchv1::Job &job, const corev1::Pod &pod) {
    IndexFailures failures = failuresBefore(pod);
    ++(judge(job.spec, pod).counts() ? failures.counted : failures.ignored);
    return failures;
}

Tally tally(const batchv1::Job &job, const Pods &pods) {
    Tally tally;
    if (isIndexed(job))
        tally.recorded = tally.completed =
            IndexSet::parse(job.status.completedIndexes, job.spec.completions.value_or(0));
    tally.succeeded = job.status.succeeded;
    tally.failed = job.status.failed;
    if (const auto &uncounted = job.status.uncountedTerminatedPods) {
        tally.succeeded += static_cast<int32_t>(uncounted->succeeded.size());
        tally.failed += static_cast<int32_t>(uncounted->failed.size());
    }
    for (const corev1::Pod &pod : pods) {
        if (isPodActive(pod)) {
            tally.active.push_back(&pod);
            tally.ready += isPodReady(pod);
        }
        tally.terminating += isTerminating(pod);
        if (!isUncounted(job, pod))
            continue;
        if (pod.status.phase == corev1::kPodSucceeded) {
            ++tally.succeeded;
            if (isIndexed(job))
                tally.completed.insert(*completionIndex(job, pod));
        } else if (hasFailed(job, pod)) {
            tally.failed += judge(job.spec, pod).counts();
        }
    }
    if (isIndexed(job))
        tally.succeeded = tally.completed.size();
    if (limitsPerIndex(job))
        tallyFailedIndexes(job, pods, tally);
    return tally;
}

batchv1::JobCondition makeCondition(std::string_view type, std::string_view reason, std::string message, WallTime now) {
    batchv1::JobCondition condition;
    condition.type = type;
    condition.status = corev1::kConditionTrue;
    condition.reason = reason;
    condition.message = std::move(message);
    condition.lastProbeTime = condition.lastTransitionTime = api::Time(now);
    return condition;
}

std::optional<Duration> untilDeadline(const batchv1::Job &job, WallTime now) {
    if (!job.spec.activeDeadlineSeconds || !job.status.startTime || isSuspended(job))
        return std::nullopt;
    // Centuries do not fit into a Duration.
    const std::chrono::seconds deadline(std::min<int64_t>(*job.spec.activeDeadlineSeconds, kDeadlineSecondsMost));
    return *job.status.startTime + deadline - now;
}

std::optional<batchv1::JobCondition> findEnd(const batchv1::Job &job, const Tally &tally, const Pods &pods,
                                             WallTime now) {
    for (const std::string_view type : {batchv1::kJobSuccessCriteriaMet, batchv1::kJobFailureTarget})
        if (const auto *found = findCondition(job.status, type); found && found->status == corev1::kConditionTrue)
            return *found;
    auto failure = [&](std::string_view reason, std::string message) {
        return makeCondition(batchv1::kJobFailureTarget, reason, std::move(message), now);
    };
    if (job.spec.podFailurePolicy)
        for (const corev1::Pod &pod : pods)
            if (hasFailed(job, pod))
                if (PodVerdict verdict = judge(job.spec, pod); verdict.failsJob())
                    return failure(batchv1::kJobReasonPodFailurePolicy, std::move(verdict.message));
    if (tally.failed > job.spec.backoffLimit.value_or(6) || restartedTooOften(job, pods))
        return failure(batchv1::kJobReasonBackoffLimitExceeded, "Job has reached the specified backoff limit");
    if (const auto left = untilDeadline(job, now); left && *left <= Duration::zero())
        return failure(batchv1::kJobReasonDeadlineExceeded, "Job was active longer than specified deadline");
    if (limitsPerIndex(job)) {
        const int32_t failedIndexes = tally.failedIndexes.size();
        if (job.spec.maxFailedIndexes && failedIndexes > *job.spec.maxFailedIndexes)
            return failure(batchv1::kJobReasonMaxFailedIndexesExceeded,
                           "Job has exceeded the specified maximal number of failed indexes");
        if (failedIndexes > 0 && failedIndexes + tally.completed.size() >= job.spec.completions.value_or(0))
            return failure(batchv1::kJobReasonFailedIndexes, "Job has failed indexes");
    }
    if (auto message = matchSuccessPolicy(job, tally.completed))
        return makeCondition(batchv1::kJobSuccessCriteriaMet, batchv1::kJobReasonSuccessPolicy, std::move(*message),
                             now);
    return std::nullopt;
}

bool isDone(const batchv1::Job &job, const Tally &tally, int32_t active) {
    if (active > 0)
        return false;
    return job.spec.completions ? tally.succeeded >= *job.spec.completions : tally.succeeded > 0;
}

} // namespace coracle::controllers::job
