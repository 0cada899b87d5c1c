#include "clusterd/controllers/statefulset/statefulset_plan.h"

#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/statefulset/statefulset_identity.h"

#include <algorithm>
#include <map>

namespace coracle::controllers::statefulset {

namespace {

/// How many pods one pass creates at most.
constexpr size_t kBurstReplicas = 500;

bool isTerminating(const corev1::Pod &pod) {
    return static_cast<bool>(pod.metadata.deletionTimestamp);
}

bool isRunningAndReady(const corev1::Pod &pod) {
    return pod.status.phase == corev1::kPodRunning && isPodReady(pod);
}

bool isRunningAndAvailable(const corev1::Pod &pod, int32_t minReadySeconds, WallTime now) {
    return isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, now);
}

/// One pass over one set; pods that the pass itself makes or removes count as unavailable.
class Planner {
public:
    Planner(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods, const RevisionNames &revisions,
            WallTime now)
        : m_set(set), m_revisions(revisions), m_now(now), m_ordered(set.spec.podManagementPolicy != "Parallel") {
        for (const corev1::Pod &pod : pods) {
            const int32_t ordinal = ordinalOf(set, pod);
            if (inRange(set, ordinal))
                m_replicas[ordinal - startOf(set)] = &pod;
            else if (ordinal >= 0)
                m_condemned.push_back(&pod);
        }
        std::sort(m_condemned.begin(), m_condemned.end(),
                  [&](const corev1::Pod *a, const corev1::Pod *b) { return ordinalOf(set, *a) > ordinalOf(set, *b); });
    }

    Plan make() {
        if (keepReplicas() && scaleDown() && m_set.spec.updateStrategy.type != "OnDelete")
            update();
        return std::move(m_plan);
    }

private:
    bool available(const corev1::Pod &pod) const {
        return !isTerminating(pod) && isRunningAndAvailable(pod, m_set.spec.minReadySeconds, m_now);
    }
    const corev1::Pod *replica(int32_t index) const {
        const auto found = m_replicas.find(index);
        return found == m_replicas.end() ? nullptr : found->second;
    }
    bool availableAt(int32_t index) const {
        const corev1::Pod *pod = replica(index);
        return pod && available(*pod);
    }
    const appsv1::RollingUpdateStatefulSetStrategy *rolling() const {
        return m_set.spec.updateStrategy.rollingUpdate.get();
    }
    int32_t partition() const { return rolling() ? rolling()->partition.value_or(0) : 0; }

    /// Pods below the partition stay at the current revision. Without rollingUpdate the pods that are still at the
    /// current revision are those with the lowest ordinals.
    Plan::Creation creation(int32_t index) const {
        const int32_t kept = rolling() ? partition() : m_set.status.currentReplicas;
        const bool old = m_set.spec.updateStrategy.type != "OnDelete" && index < kept;
        return {.ordinal = startOf(m_set) + index,
                .revision = old ? Plan::Creation::Revision::Current : Plan::Creation::Revision::Update};
    }

    /// Whether the pass may go on.
    bool keepReplicas() {
        for (int32_t i = 0; i < replicasOf(m_set); ++i) {
            const corev1::Pod *pod = replica(i);
            if (pod && isPodTerminal(*pod)) {
                if (!isTerminating(*pod))
                    m_plan.remove.push_back(pod);
            } else if (!pod) {
                m_plan.create.push_back(creation(i));
            } else if (!isTerminating(*pod)) {
                m_plan.mend.push_back(pod);
            }
            if ((m_ordered && !availableAt(i)) || m_plan.create.size() == kBurstReplicas)
                return false;
        }
        return true;
    }

    /// From the highest ordinal. With OrderedReady a pod that runs but is not available holds up the others, unless it
    /// is the lowest such pod, because waiting for that could be in vain. A finished pod will never be available.
    bool scaleDown() {
        m_plan.mend.insert(m_plan.mend.end(), m_condemned.begin(), m_condemned.end());
        const auto lowest = std::find_if(m_condemned.rbegin(), m_condemned.rend(), [&](const corev1::Pod *pod) {
            return !available(*pod) && !isPodTerminal(*pod);
        });
        for (const corev1::Pod *pod : m_condemned) {
            const bool mayGo = !m_ordered || available(*pod) || isPodTerminal(*pod) || pod == *lowest;
            if (mayGo && !isTerminating(*pod))
                m_plan.remove.push_back(pod);
            if (m_ordered)
                return false;
        }
        return true;
    }

    bool outdated(int32_t index) const {
        const corev1::Pod *pod = replica(index);
        return pod && !isTerminating(*pod) && !isPodTerminal(*pod) && revisionOf(*pod) != m_revisions.update;
    }

    void update() {
        if (rolling() && rolling()->maxUnavailable)
            return updateSeveral();
        for (int32_t i = replicasOf(m_set); i-- > partition();) {
            if (outdated(i))
                m_plan.remove.push_back(replica(i));
            if (outdated(i) || !availableAt(i))
                return;
        }
    }

    void updateSeveral() {
        // Percentages are rounded down, but one at a time is always allowed.
        int32_t allowed = std::max(
            rolling()->maxUnavailable->scaled(replicasOf(m_set), api::IntOrString::Rounding::Down).value_or(1), 1);
        for (int32_t i = 0; i < replicasOf(m_set); ++i)
            allowed -= !availableAt(i);
        for (int32_t i = replicasOf(m_set); i-- > partition() && allowed > 0;)
            if (outdated(i)) {
                m_plan.remove.push_back(replica(i));
                --allowed;
            }
    }

    const appsv1::StatefulSet &m_set;
    const RevisionNames &m_revisions;
    WallTime m_now;
    bool m_ordered;
    std::map<int32_t, const corev1::Pod *> m_replicas; ///< in the range, by ordinal from the start on
    std::vector<const corev1::Pod *> m_condemned;      ///< outside of it, the highest ordinal first
    Plan m_plan;
};

} // namespace

Plan plan(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods, const RevisionNames &revisions,
          WallTime now) {
    return Planner(set, pods, revisions, now).make();
}

appsv1::StatefulSetStatus calculateStatus(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods,
                                          const RevisionNames &revisions, WallTime now) {
    appsv1::StatefulSetStatus status;
    status.observedGeneration = set.metadata.generation;
    status.currentRevision = revisions.current;
    status.updateRevision = revisions.update;
    status.collisionCount = set.status.collisionCount.value_or(0);
    status.conditions = set.status.conditions;
    for (const corev1::Pod &pod : pods) {
        ++status.replicas;
        status.readyReplicas += isRunningAndReady(pod);
        status.availableReplicas += isRunningAndAvailable(pod, set.spec.minReadySeconds, now);
        if (isTerminating(pod))
            continue;
        status.currentReplicas += revisionOf(pod) == revisions.current;
        status.updatedReplicas += revisionOf(pod) == revisions.update;
    }
    const int32_t declared = replicasOf(set);
    if (set.spec.updateStrategy.type != "OnDelete" && status.updatedReplicas == declared &&
        status.readyReplicas == declared && status.replicas == declared) {
        status.currentReplicas = status.updatedReplicas;
        status.currentRevision = status.updateRevision;
    }
    return status;
}

std::optional<Duration> untilNextAvailable(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods,
                                           WallTime now) {
    std::optional<Duration> next;
    for (const corev1::Pod &pod : pods) {
        if (!isRunningAndReady(pod) || isRunningAndAvailable(pod, set.spec.minReadySeconds, now))
            continue;
        const WallTime since = findCondition(pod.status, corev1::kPodReady)->lastTransitionTime.valueOr(now);
        const Duration left = since + std::chrono::seconds(set.spec.minReadySeconds) - now;
        next = std::min(next.value_or(left), left);
    }
    return next;
}

} // namespace coracle::controllers::statefulset
