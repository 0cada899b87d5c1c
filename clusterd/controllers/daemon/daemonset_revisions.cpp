#include "clusterd/controllers/daemon/daemonset_pass.h"

#include "core/client/typed_client.h"

namespace coracle::controllers {

/// Finds or makes the revision of the current template; its number is the highest.
Task<Result<>> DaemonSetPass::findRevision() {
    const std::string patch = history::templatePatch(m_set.spec.template_);
    history::Revisions same, old;
    for (appsv1::ControllerRevision &revision : m_revisions) {
        if (history::hashLabel(revision.metadata).empty()) {
            revision.metadata.labels[std::string(history::kHashLabel)] = revision.metadata.name;
            CO_TRY(revision, co_await client::update(client(), revision));
        }
        (history::holds(revision, patch) ? same : old).push_back(revision);
    }
    m_revisions = std::move(old);
    const int64_t number = history::nextNumber(m_revisions);
    if (same.empty())
        co_return co_await createRevision(number);
    history::sort(same);
    m_current = std::move(same.back());
    same.pop_back();
    CO_CHECK(co_await dropDuplicates(std::move(same)));
    if (m_current.revision < number) {
        m_current.revision = number;
        CO_TRY(m_current, co_await client::update(client(), m_current));
    }
    co_return Result<>{};
}

Task<Result<>> DaemonSetPass::createRevision(int64_t number) {
    const appsv1::ControllerRevision wanted =
        history::make(appsv1::DaemonSet::kApiVersion, appsv1::DaemonSet::kKind, m_set.metadata, m_set.spec.template_,
                      number, m_set.status.collisionCount);
    auto created = co_await client::create(client(), wanted);
    if (created) {
        m_current = std::move(*created);
        co_return Result<>{};
    }
    if (!isAlreadyExists(created.error()))
        co_return std::unexpected(created.error());
    // The informer may not have seen it yet.
    CO_TRY(appsv1::ControllerRevision existing, co_await client::get<appsv1::ControllerRevision>(
                                                    client(), wanted.metadata.namespace_, wanted.metadata.name));
    if (!history::holds(existing, wanted.data.text))
        co_return co_await resolveCollision();
    m_current = std::move(existing);
    co_return Result<>{};
}

/// Another template has the same hash: the next pass counts the collision into the hash.
Task<Result<>> DaemonSetPass::resolveCollision() {
    CO_TRY(appsv1::DaemonSet fresh,
           co_await client::get<appsv1::DaemonSet>(client(), m_set.metadata.namespace_, m_set.metadata.name));
    if (fresh.metadata.uid == m_set.metadata.uid && fresh.status.collisionCount == m_set.status.collisionCount) {
        fresh.status.collisionCount = fresh.status.collisionCount.value_or(0) + 1;
        CO_CHECK(co_await client::updateStatus(client(), std::move(fresh)));
    }
    co_return errors::conflict("daemonsets", "apps", m_set.metadata.name, "the name of its revision is taken");
}

/// Pods that carry the hash of a duplicate get the current one's first, so that they count as updated throughout.
Task<Result<>> DaemonSetPass::dropDuplicates(history::Revisions same) {
    const std::string hash(history::hashLabel(m_current.metadata));
    for (const appsv1::ControllerRevision &revision : same) {
        for (corev1::Pod &pod : m_pods) {
            const std::string_view label = history::hashLabel(pod.metadata);
            if (label == hash || label != history::hashLabel(revision.metadata))
                continue;
            pod.metadata.labels[std::string(history::kHashLabel)] = hash;
            CO_TRY(pod, co_await client::update(client(), pod));
        }
        auto removed = co_await client::remove(client(), revision);
        CO_CHECK(ignoreNotFound(removed));
    }
    co_return Result<>{};
}

Task<Result<>> DaemonSetPass::cleanUpRevisions() {
    std::set<std::string, std::less<>> inUse;
    for (const corev1::Pod &pod : m_pods)
        inUse.emplace(history::hashLabel(pod.metadata));
    for (const appsv1::ControllerRevision &revision :
         history::surplus(m_revisions, inUse, m_set.spec.revisionHistoryLimit.value_or(10))) {
        auto removed = co_await client::remove(client(), revision);
        CO_CHECK(ignoreNotFound(removed));
    }
    co_return Result<>{};
}

} // namespace coracle::controllers
