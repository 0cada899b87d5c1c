#include "clusterd/controllers/job/job_pods.h"

#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace coracle::controllers::job {

namespace {

constexpr size_t kPodsPerStepMax = 500;
constexpr size_t kGeneratedPrefixMax = 58; // what is added must still fit a label
constexpr std::string_view kIndexVariable = "JOB_COMPLETION_INDEX";

int32_t wantedActive(const batchv1::Job &job, const Tally &tally) {
    const auto active = static_cast<int32_t>(tally.active.size());
    const int32_t parallelism = job.spec.parallelism.value_or(1);
    if (!job.spec.completions) // a work queue: after the first success no worker starts any more
        return tally.succeeded > 0 ? active : parallelism;
    return std::clamp(*job.spec.completions - tally.succeeded, 0, parallelism);
}

bool isUsable(const batchv1::Job &job, const corev1::Pod &pod, std::set<int32_t> &usedIndexes) {
    const auto index = completionIndex(job, pod);
    return hasTrackingFinalizer(pod) && (!isIndexed(job) || (index && usedIndexes.insert(*index).second));
}

/// Takes pods out of `active` that no number of wanted pods could keep: those that could not be counted, and those of
/// an index that is unknown or has a better pod.
std::vector<const corev1::Pod *> takeUnusable(const batchv1::Job &job, std::vector<corev1::Pod> &active,
                                              const std::map<std::string, const corev1::Pod *> &byUid) {
    std::vector<const corev1::Pod *> unusable;
    std::set<int32_t> used;
    // The best pods come last.
    for (size_t i = active.size(); i-- > 0;) {
        if (isUsable(job, active[i], used))
            continue;
        unusable.push_back(byUid.at(active[i].metadata.uid));
        active.erase(active.begin() + static_cast<ptrdiff_t>(i));
    }
    return unusable;
}

std::vector<const corev1::Pod *> podsToRemove(const batchv1::Job &job, const Tally &tally, int32_t wanted) {
    std::set<int32_t> used;
    if (tally.active.size() <= static_cast<size_t>(wanted) &&
        std::all_of(tally.active.begin(), tally.active.end(),
                    [&](const corev1::Pod *pod) { return isUsable(job, *pod, used); }))
        return {};
    std::vector<corev1::Pod> active;
    std::map<std::string, const corev1::Pod *> byUid;
    for (const corev1::Pod *pod : tally.active) {
        active.push_back(*pod);
        byUid.emplace(pod->metadata.uid, pod);
    }
    sortForDeletion(active);
    std::vector<const corev1::Pod *> remove = takeUnusable(job, active, byUid);
    for (size_t i = 0; i + static_cast<size_t>(wanted) < active.size(); ++i)
        remove.push_back(byUid.at(active[i].metadata.uid));
    remove.resize(std::min(remove.size(), kPodsPerStepMax));
    return remove;
}

/// The first indexes that have neither succeeded nor failed nor a pod.
std::vector<int32_t> pendingIndexes(const batchv1::Job &job, const Tally &tally, const Pods &pods, size_t most) {
    std::set<int32_t> taken;
    for (const corev1::Pod &pod : pods)
        if (isPodActive(pod) || (replacesOnlyFailed(job) && isTerminating(pod)))
            if (const auto index = completionIndex(job, pod))
                taken.insert(*index);
    std::vector<int32_t> pending;
    for (int32_t index = 0; index < job.spec.completions.value_or(0) && pending.size() < most; ++index)
        if (!tally.completed.contains(index) && !tally.failedIndexes.contains(index) && !taken.contains(index))
            pending.push_back(index);
    return pending;
}

void planIndexes(const batchv1::Job &job, const Tally &tally, const Pods &pods, size_t most, WallTime now,
                 PodPlan &plan) {
    for (const int32_t index : pendingIndexes(job, tally, pods, most)) {
        NewPod wanted{.index = index};
        if (limitsPerIndex(job)) {
            wanted.failures = IndexFailures();
            if (const auto last = tally.replaceable.find(index); last != tally.replaceable.end()) {
                wanted.failures = failuresWith(job, *last->second);
                const Duration left = backoffLeft(wanted.failures->total(), finishTime(*last->second), now);
                if (left > Duration::zero()) {
                    plan.wait = plan.wait > Duration::zero() ? std::min(plan.wait, left) : left;
                    continue;
                }
            }
        }
        plan.create.push_back(wanted);
    }
}

void addIndexVariable(std::vector<corev1::Container> &containers) {
    for (corev1::Container &container : containers) {
        if (std::any_of(container.env.begin(), container.env.end(),
                        [](const corev1::EnvVar &variable) { return variable.name == kIndexVariable; }))
            continue;
        corev1::EnvVar &variable = container.env.emplace_back();
        variable.name = kIndexVariable;
        variable.valueFrom.ensure().fieldRef.ensure().fieldPath =
            fmt::format("metadata.annotations['{}']", batchv1::kJobCompletionIndexAnnotation);
    }
}

void addIndex(const batchv1::Job &job, int32_t index, corev1::Pod &pod) {
    const std::string number = std::to_string(index);
    pod.metadata.annotations[std::string(batchv1::kJobCompletionIndexAnnotation)] = number;
    pod.metadata.labels[std::string(batchv1::kJobCompletionIndexAnnotation)] = number;
    pod.metadata.generateName =
        fmt::format("{}-{}-", job.metadata.name.substr(0, kGeneratedPrefixMax - number.size() - 2), number);
    pod.spec.hostname = fmt::format("{}-{}", job.metadata.name, number);
    addIndexVariable(pod.spec.initContainers);
    addIndexVariable(pod.spec.containers);
}

} // namespace

PodPlan planPods(const batchv1::Job &job, const Tally &tally, const Pods &pods, const PodBackoff &backoff,
                 WallTime now) {
    PodPlan plan;
    const int32_t wanted = isSuspended(job) ? 0 : wantedActive(job, tally);
    plan.remove = podsToRemove(job, tally, wanted);
    if (!plan.remove.empty() || isSuspended(job))
        return plan;
    const int32_t missing =
        wanted - static_cast<int32_t>(tally.active.size()) - (replacesOnlyFailed(job) ? tally.terminating : 0);
    if (missing <= 0)
        return plan;
    if (!limitsPerIndex(job))
        plan.wait = backoff.left(now);
    if (plan.wait > Duration::zero())
        return plan;
    const size_t most = std::min(static_cast<size_t>(missing), kPodsPerStepMax);
    if (isIndexed(job))
        planIndexes(job, tally, pods, most, now, plan);
    else
        plan.create.resize(most);
    return plan;
}

corev1::Pod makePod(const batchv1::Job &job, const NewPod &wanted) {
    corev1::Pod pod = podFromTemplate(job.spec.template_, batchv1::Job::kApiVersion, batchv1::Job::kKind, job.metadata);
    if (!hasTrackingFinalizer(pod))
        pod.metadata.finalizers.emplace_back(batchv1::kJobTrackingFinalizer);
    if (wanted.index)
        addIndex(job, *wanted.index, pod);
    auto annotate = [&](std::string_view name, int32_t count) {
        pod.metadata.annotations[std::string(name)] = std::to_string(count);
    };
    if (wanted.failures)
        annotate(batchv1::kJobIndexFailureCountAnnotation, wanted.failures->counted);
    if (wanted.failures && wanted.failures->ignored > 0)
        annotate(batchv1::kJobIndexIgnoredFailureCountAnnotation, wanted.failures->ignored);
    return pod;
}

} // namespace coracle::controllers::job
