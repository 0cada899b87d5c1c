#include "clusterd/controllers/job/pod_backoff.h"

#include "clusterd/controllers/pod_util.h"

#include <algorithm>

namespace coracle::controllers::job {

namespace {

constexpr Duration kBackoffFirst = std::chrono::seconds(10), kBackoffLongest = std::chrono::minutes(10);
constexpr size_t kFailuresKept = 8; // enough for the longest back-off

} // namespace

WallTime finishTime(const corev1::Pod &pod) {
    api::Time last;
    bool ended = !pod.status.containerStatuses.empty();
    for (const corev1::ContainerStatus &container : pod.status.containerStatuses) {
        const auto &terminated = container.state.terminated;
        ended = ended && terminated && terminated->finishedAt;
        if (ended)
            last = std::max(last, terminated->finishedAt);
    }
    if (ended)
        return *last;
    const corev1::PodCondition *ready = findCondition(pod.status, corev1::kPodReady);
    if (ready && ready->status == corev1::kConditionFalse && ready->lastTransitionTime)
        return *ready->lastTransitionTime;
    if (pod.metadata.deletionTimestamp)
        return *pod.metadata.deletionTimestamp -
               std::chrono::seconds(pod.metadata.deletionGracePeriodSeconds.value_or(0));
    return pod.metadata.creationTimestamp.valueOr(WallTime());
}

Duration backoffLeft(int failures, WallTime last, WallTime now) {
    if (failures <= 0)
        return Duration::zero();
    Duration backoff = kBackoffFirst;
    for (int i = 1; i < failures && backoff < kBackoffLongest; ++i)
        backoff *= 2;
    // A clock that was set back must not make the back-off longer.
    const Duration passed = std::max<Duration>(now - last, Duration::zero());
    return std::max(std::min(backoff, kBackoffLongest) - passed, Duration::zero());
}

void PodBackoff::succeeded(const corev1::Pod &pod) {
    m_lastSuccess = std::max(m_lastSuccess.value_or(WallTime::min()), finishTime(pod));
    std::erase_if(m_failures, [&](const auto &failure) { return failure.second <= *m_lastSuccess; });
}

void PodBackoff::failed(const corev1::Pod &pod) {
    const WallTime at = finishTime(pod);
    if (m_lastSuccess && at <= *m_lastSuccess)
        return;
    m_failures.try_emplace(pod.metadata.uid, at);
    auto byTime = [](const auto &a, const auto &b) { return a.second < b.second; };
    if (m_failures.size() > kFailuresKept)
        m_failures.erase(std::min_element(m_failures.begin(), m_failures.end(), byTime));
}

Duration PodBackoff::left(WallTime now) const {
    WallTime last = WallTime::min();
    for (const auto &[uid, at] : m_failures)
        last = std::max(last, at);
    return m_failures.empty() ? Duration::zero() : backoffLeft(static_cast<int>(m_failures.size()), last, now);
}

} // namespace coracle::controllers::job
