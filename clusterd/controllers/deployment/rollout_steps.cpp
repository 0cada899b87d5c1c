#include "clusterd/controllers/deployment/rollout.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

using namespace deployment;

/// Declares another number of replicas for a set; the set is replaced by what was written.
Task<Result<bool>> Rollout::scaleTo(appsv1::ReplicaSet &set, int32_t replicas) {
    const int32_t before = replicasOf(set);
    appsv1::ReplicaSet wanted = set;
    wanted.spec.replicas = replicas;
    const bool annotated =
        annotateReplicas(wanted, replicasOf(m_deployment), replicasOf(m_deployment) + maxSurge(m_deployment));
    if (before == replicas && !annotated)
        co_return false;
    CO_TRY(appsv1::ReplicaSet written, co_await client::update(m_controller.client(), std::move(wanted)));
    set = std::move(written);
    if (before == replicas)
        co_return false;
    event(client::EventKind::Normal, "ScalingReplicaSet",
          fmt::format("Scaled {} replica set {} from {} to {}", before < replicas ? "up" : "down", set.metadata.name,
                      before, replicas));
    co_return true;
}

Task<Result<>> Rollout::syncScale() {
    CO_CHECK(co_await findSets(CreateNew::No));
    CO_CHECK(co_await scaleProportionally());
    if (m_deployment.spec.paused)
        CO_CHECK(co_await cleanUp());
    co_return co_await reportStatus();
}

Task<Result<>> Rollout::scaleProportionally() {
    // With one active set (or none, then the newest) the whole number goes there.
    std::vector<appsv1::ReplicaSet *> active;
    for (appsv1::ReplicaSet &set : m_old)
        if (replicasOf(set) > 0)
            active.push_back(&set);
    if (m_new && replicasOf(*m_new) > 0)
        active.push_back(&*m_new);
    if (active.empty()) {
        if (m_new)
            active.push_back(&*m_new);
        else if (!m_old.empty())
            active.push_back(&*std::max_element(m_old.begin(), m_old.end(), [](const auto &a, const auto &b) {
                return a.metadata.creationTimestamp < b.metadata.creationTimestamp;
            }));
    }
    if (active.size() == 1) {
        if (replicasOf(*active.front()) != replicasOf(m_deployment))
            CO_CHECK(co_await scaleTo(*active.front(), replicasOf(m_deployment)));
        co_return Result<>{};
    }
    const bool saturated = m_new && replicasOf(*m_new) == replicasOf(m_deployment) &&
                           annotatedDesired(*m_new) == replicasOf(m_deployment) &&
                           m_new->status.availableReplicas == replicasOf(m_deployment);
    if (saturated) {
        for (appsv1::ReplicaSet &set : m_old)
            if (replicasOf(set) > 0)
                CO_CHECK(co_await scaleTo(set, 0));
        co_return Result<>{};
    }
    if (!isRolling(m_deployment) || active.empty())
        co_return Result<>{};

    // Several sets in the middle of a rollout: each gets its share, the rest goes to the largest.
    const int32_t declared = replicasOf(m_deployment);
    const int32_t toAdd = (declared > 0 ? declared + maxSurge(m_deployment) : 0) - sumReplicas(all());
    std::stable_sort(active.begin(), active.end(), [&](const auto *a, const auto *b) {
        if (replicasOf(*a) != replicasOf(*b))
            return replicasOf(*a) > replicasOf(*b);
        return toAdd > 0 ? b->metadata.creationTimestamp < a->metadata.creationTimestamp
                         : a->metadata.creationTimestamp < b->metadata.creationTimestamp;
    });
    std::vector<int32_t> wanted;
    int32_t added = 0;
    for (const auto *set : active) {
        const int32_t share = proportion(*set, m_deployment, toAdd, added);
        wanted.push_back(replicasOf(*set) + share);
        added += share;
    }
    if (!wanted.empty())
        wanted.front() = std::max(wanted.front() + toAdd - added, 0);
    for (size_t i = 0; i < active.size(); ++i)
        CO_CHECK(co_await scaleTo(*active[i], wanted[i]));
    co_return Result<>{};
}

Task<Result<>> Rollout::recreate() {
    CO_CHECK(co_await findSets(CreateNew::No));
    bool scaled = false;
    for (appsv1::ReplicaSet &set : m_old)
        if (replicasOf(set) > 0) {
            CO_TRY(const bool changed, co_await scaleTo(set, 0));
            scaled |= changed;
        }
    if (scaled || oldPodsRun())
        co_return co_await reportProgress();
    if (!m_new)
        CO_CHECK(co_await findSets(CreateNew::Yes));
    CO_CHECK(co_await scaleNew());
    if (isComplete(m_deployment, m_deployment.status))
        CO_CHECK(co_await cleanUp());
    co_return co_await reportProgress();
}

Task<Result<>> Rollout::roll() {
    CO_CHECK(co_await findSets(CreateNew::Yes));
    CO_TRY(const bool scaledUp, co_await scaleNew());
    if (scaledUp)
        co_return co_await reportProgress();
    CO_TRY(const bool scaledDown, co_await scaleDownOld());
    if (!scaledDown && isComplete(m_deployment, m_deployment.status))
        CO_CHECK(co_await cleanUp());
    co_return co_await reportProgress();
}

Task<Result<bool>> Rollout::scaleNew() {
    const int32_t declared = replicasOf(m_deployment);
    if (!m_new || replicasOf(*m_new) == declared)
        co_return false;
    if (replicasOf(*m_new) > declared)
        co_return co_await scaleTo(*m_new, declared);
    co_return co_await scaleTo(*m_new, newReplicaSetReplicas(m_deployment, all(), *m_new));
}

Task<Result<bool>> Rollout::scaleDownOld() {
    if (sumReplicas(m_old) == 0)
        co_return false;
    const int32_t available = replicasOf(m_deployment) - maxUnavailable(m_deployment);
    const int32_t newUnavailable = m_new ? replicasOf(*m_new) - m_new->status.availableReplicas : 0;
    const int32_t most = sumReplicas(all()) - available - newUnavailable;
    if (most <= 0)
        co_return false;
    CO_TRY(const int32_t unhealthy, co_await dropUnhealthy(most));
    CO_TRY(const int32_t healthy, co_await dropAvailable());
    co_return unhealthy + healthy > 0;
}

/// Old pods that are not available go first: they serve nobody.
Task<Result<int32_t>> Rollout::dropUnhealthy(int32_t most) {
    sortByCreation(m_old);
    int32_t dropped = 0;
    for (appsv1::ReplicaSet &set : m_old) {
        const int32_t count = std::min(most - dropped, replicasOf(set) - set.status.availableReplicas);
        if (replicasOf(set) == 0 || count <= 0)
            continue;
        CO_CHECK(co_await scaleTo(set, replicasOf(set) - count));
        dropped += count;
    }
    co_return dropped;
}

/// Of those that are available, as many as the bound allows. A set that was just scaled down still reports pods that
/// are about to go: they do not count.
Task<Result<int32_t>> Rollout::dropAvailable() {
    int32_t available = 0;
    for (const appsv1::ReplicaSet &set : all())
        available += std::min(set.status.availableReplicas, replicasOf(set));
    const int32_t spare = available - (replicasOf(m_deployment) - maxUnavailable(m_deployment));
    int32_t dropped = 0;
    for (appsv1::ReplicaSet &set : m_old) {
        const int32_t count = std::min(replicasOf(set), spare - dropped);
        if (count <= 0)
            continue;
        CO_CHECK(co_await scaleTo(set, replicasOf(set) - count));
        dropped += count;
    }
    co_return dropped;
}

/// Removes empty old sets beyond revisionHistoryLimit, the oldest revision first.
Task<Result<>> Rollout::cleanUp() {
    if (!m_deployment.spec.revisionHistoryLimit || *m_deployment.spec.revisionHistoryLimit == INT32_MAX)
        co_return Result<>{};
    ReplicaSets old = m_old;
    std::erase_if(old, [](const appsv1::ReplicaSet &set) { return static_cast<bool>(set.metadata.deletionTimestamp); });
    std::sort(old.begin(), old.end(), [](const appsv1::ReplicaSet &a, const appsv1::ReplicaSet &b) {
        return revisionOf(a.metadata) < revisionOf(b.metadata);
    });
    const auto surplus = static_cast<int64_t>(old.size()) - *m_deployment.spec.revisionHistoryLimit;
    for (int64_t i = 0; i < surplus; ++i) {
        const appsv1::ReplicaSet &set = old[static_cast<size_t>(i)];
        if (set.status.replicas != 0 || replicasOf(set) != 0 || set.metadata.generation > set.status.observedGeneration)
            continue;
        auto removed = co_await client::remove(m_controller.client(), set);
        CO_CHECK(ignoreNotFound(removed));
    }
    co_return Result<>{};
}

} // namespace coracle::controllers
