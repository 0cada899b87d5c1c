#include "clusterd/controllers/statefulset/statefulset_sync.h"

#include "clusterd/controllers/controller_ref_manager.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/selectors.h"
#include "clusterd/controllers/statefulset/statefulset_identity.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

using namespace statefulset;

namespace {

/// Another one was first; the next pass sees what it did.
bool wasOvertaken(const Status &status) {
    return isNotFound(status) || isConflict(status);
}

template<class T>
Result<> withoutValue(Result<T> outcome) {
    return outcome ? Result<>{} : Result<>(std::unexpected(std::move(outcome).error()));
}

} // namespace

Task<Result<>> StatefulSetSync::run() {
    CO_CHECK(co_await claimDependents());
    CO_CHECK(co_await findRevisions());
    Result<> acted;
    if (!m_set.metadata.deletionTimestamp) {
        const Plan steps = plan(m_set, m_pods, revisionNames(), now());
        acted = co_await act(steps);
    }
    CO_CHECK(co_await writeStatus());
    CO_CHECK(std::move(acted));
    co_return co_await truncateHistory();
}

/// The set's pods, which have its name and match its selector, and its revisions.
Task<Result<>> StatefulSetSync::claimDependents() {
    CO_TRY(const api::LabelSelector selector, workloadSelector(m_set.spec.selector));
    ControllerRefManager manager(m_controller.client(), appsv1::StatefulSet::resource(), m_set.metadata);
    ClaimRules ofPods, ofRevisions;
    ofPods.matches = [this, &selector](const api::Object &pod) {
        const auto name = parsePodName(pod.name());
        return name && name->set == m_set.metadata.name && selector.matches(pod.labels());
    };
    ofRevisions.matches = [&selector](const api::Object &revision) { return selector.matches(revision.labels()); };
    CO_TRY(const std::vector<ObjectPtr> pods,
           co_await manager.claim(m_controller.m_pods, corev1::Pod::resource(), std::move(ofPods)));
    CO_TRY(m_pods, decodeAll<corev1::Pod>(pods));
    CO_TRY(const std::vector<ObjectPtr> revisions,
           co_await manager.claim(m_controller.m_revisions, appsv1::ControllerRevision::resource(),
                                  std::move(ofRevisions)));
    CO_TRY(m_revisions, decodeAll<appsv1::ControllerRevision>(revisions));
    history::sort(m_revisions);
    co_return Result<>{};
}

/// Which revisions the set moves between; the one of its template is made or becomes the newest.
Task<Result<>> StatefulSetSync::findRevisions() {
    m_collisionCount = m_set.status.collisionCount.value_or(0);
    const RevisionChoice choice = chooseRevision(m_set, m_revisions);
    if (m_set.metadata.deletionTimestamp) {
        m_update.metadata.name = m_set.status.updateRevision;
    } else if (!choice.existing) {
        CO_TRY(m_update, co_await createRevision(choice.number));
        m_revisions.push_back(m_update);
    } else {
        appsv1::ControllerRevision &existing = m_revisions[*choice.existing];
        if (existing.revision != choice.number) {
            existing.revision = choice.number;
            CO_TRY(existing, co_await client::update(m_controller.client(), existing));
        }
        m_update = existing;
        history::sort(m_revisions);
    }
    m_current = m_update;
    for (const appsv1::ControllerRevision &revision : m_revisions)
        if (revision.metadata.name == m_set.status.currentRevision)
            m_current = revision;
    co_return Result<>{};
}

/// A name that is taken by this very revision, which the informer has not shown yet, is fine; any other use of the name
/// is a collision.
Task<Result<appsv1::ControllerRevision>> StatefulSetSync::createRevision(int64_t number) {
    while (true) {
        appsv1::ControllerRevision wanted =
            history::make(appsv1::StatefulSet::kApiVersion, kKind, m_set.metadata, m_set.spec.template_, number,
                          m_collisionCount, history::kPlainHashLabel);
        auto created = co_await client::create(m_controller.client(), wanted);
        if (created || !isAlreadyExists(created.error()))
            co_return created;
        CO_TRY(appsv1::ControllerRevision taken,
               co_await client::get<appsv1::ControllerRevision>(m_controller.client(), wanted.metadata.namespace_,
                                                                wanted.metadata.name));
        const metav1::OwnerReference *owner = controllerOf(taken.metadata);
        if (owner && owner->uid == m_set.metadata.uid && history::holds(taken, wanted.data.text))
            co_return taken;
        ++m_collisionCount;
    }
}

Task<Result<>> StatefulSetSync::truncateHistory() {
    if (m_set.metadata.deletionTimestamp)
        co_return Result<>{};
    std::set<std::string, std::less<>> used{m_current.metadata.name, m_update.metadata.name};
    for (const corev1::Pod &pod : m_pods)
        used.emplace(revisionOf(pod));
    const Revisions surplus = surplusRevisions(m_set, m_revisions, used);
    for (const appsv1::ControllerRevision &revision : surplus) {
        client::DeleteOptions options;
        options.preconditionUid = revision.metadata.uid;
        auto removed = co_await client::remove(m_controller.client(), revision, std::move(options));
        CO_CHECK(ignoreNotFoundOrConflict(removed));
    }
    co_return Result<>{};
}

Task<Result<>> StatefulSetSync::act(const Plan &steps) {
    for (const corev1::Pod *pod : steps.mend) {
        CO_CHECK(co_await mend(*pod));
    }
    for (const Plan::Creation &creation : steps.create) {
        CO_CHECK(co_await create(creation));
    }
    for (const corev1::Pod *pod : steps.remove) {
        CO_CHECK(co_await remove(*pod));
    }
    co_return Result<>{};
}

/// The pod's labels say who it is; its claims exist while it can still be scheduled, and have the right owners.
Task<Result<>> StatefulSetSync::mend(corev1::Pod pod) {
    const int32_t ordinal = ordinalOf(m_set, pod);
    if (pod.status.phase == corev1::kPodPending && inRange(m_set, ordinal)) {
        CO_CHECK(co_await createClaims(ordinal));
    }
    for (const corev1::PersistentVolumeClaim &claimTemplate : m_set.spec.volumeClaimTemplates) {
        const ObjectPtr object =
            m_controller.m_claims.get(m_set.metadata.namespace_, claimName(m_set, claimTemplate, ordinal));
        if (!object || object->deleting())
            continue;
        CO_TRY(corev1::PersistentVolumeClaim claim, api::decode<corev1::PersistentVolumeClaim>(*object));
        if (!own(claim, m_set, pod))
            continue;
        auto written = co_await client::update(m_controller.client(), std::move(claim));
        CO_CHECK(ignoreNotFound(written));
    }
    if (pod.metadata.deletionTimestamp || !identify(pod, ordinal))
        co_return Result<>{};
    const std::string name = pod.metadata.name;
    const Result<> outcome = withoutValue(co_await client::update(m_controller.client(), std::move(pod)));
    if (!outcome && wasOvertaken(outcome.error()))
        co_return outcome;
    podEvent("update", name, outcome);
    co_return outcome;
}

Task<Result<>> StatefulSetSync::create(Plan::Creation creation) {
    if (waitsForClaims(creation.ordinal))
        co_return Result<>{};
    const bool current = creation.revision == Plan::Creation::Revision::Current;
    const appsv1::ControllerRevision &revision = current ? m_current : m_update;
    CO_TRY(const corev1::PodTemplateSpec podTemplate, templateOf(revision));
    corev1::Pod pod = newPod(m_set, podTemplate, revision.metadata.name, creation.ordinal);
    const std::string name = pod.metadata.name;
    Result<> outcome = co_await createClaims(creation.ordinal);
    if (outcome)
        outcome = withoutValue(co_await client::create(m_controller.client(), std::move(pod)));
    // An own pod that the informer showed too late for this pass; only a stranger's is in the way.
    if (!outcome && isAlreadyExists(outcome.error()) && !isStranger(name))
        co_return Result<>{};
    if (!outcome && isNamespaceTerminating(outcome.error()))
        co_return outcome;
    podEvent("create", name, outcome);
    co_return outcome;
}

Task<Result<>> StatefulSetSync::createClaims(int32_t ordinal) {
    const std::vector<corev1::PersistentVolumeClaim> claims = newClaims(m_set, ordinal);
    for (const corev1::PersistentVolumeClaim &claim : claims) {
        if (const ObjectPtr existing = m_controller.m_claims.get(m_set.metadata.namespace_, claim.metadata.name)) {
            if (existing->deleting())
                co_return errors::other(fmt::format("pvc {} is being deleted", claim.metadata.name));
            continue;
        }
        const Result<> outcome = withoutValue(co_await client::create(m_controller.client(), claim));
        if (!outcome && isAlreadyExists(outcome.error()))
            continue;
        if (!outcome && isNamespaceTerminating(outcome.error()))
            co_return outcome;
        claimEvent(claim.metadata.name, podName(m_set, ordinal), outcome);
        if (!outcome)
            co_return std::unexpected(
                withContext(fmt::format("failed to create PVC {}", claim.metadata.name), outcome.error()));
    }
    co_return Result<>{};
}

/// A claim that goes with an earlier pod has to go before the pod is made again; the claim's end wakes the set.
bool StatefulSetSync::waitsForClaims(int32_t ordinal) const {
    const std::string pod = podName(m_set, ordinal);
    return std::any_of(m_set.spec.volumeClaimTemplates.begin(), m_set.spec.volumeClaimTemplates.end(),
                       [&](const corev1::PersistentVolumeClaim &claimTemplate) {
                           const ObjectPtr object = m_controller.m_claims.get(m_set.metadata.namespace_,
                                                                              claimName(m_set, claimTemplate, ordinal));
                           const auto claim = object ? api::decode<corev1::PersistentVolumeClaim>(*object)
                                                     : Result<corev1::PersistentVolumeClaim>();
                           return claim && isStale(*claim, pod);
                       });
}

/// What the informer does not show yet will bring the set back when it does.
bool StatefulSetSync::isStranger(const std::string &podName) const {
    const ObjectPtr pod = m_controller.m_pods.get(m_set.metadata.namespace_, podName);
    const api::Object::Owner *owner = pod ? pod->controller() : nullptr;
    return pod && (!owner || owner->uid != m_set.metadata.uid);
}

Task<Result<>> StatefulSetSync::remove(const corev1::Pod &pod) {
    client::DeleteOptions options;
    options.preconditionUid = pod.metadata.uid;
    const Result<> outcome = co_await client::remove(m_controller.client(), pod, std::move(options));
    if (!outcome && wasOvertaken(outcome.error()))
        co_return Result<>{};
    podEvent("delete", pod.metadata.name, outcome);
    co_return outcome;
}

Task<Result<>> StatefulSetSync::writeStatus() {
    if (const auto next = untilNextAvailable(m_set, m_pods, now()))
        m_controller.queue().addAfter(m_set.metadata.namespace_ + "/" + m_set.metadata.name, *next);
    appsv1::StatefulSet fresh = m_set;
    fresh.status = calculateStatus(m_set, m_pods, revisionNames(), now());
    fresh.status.collisionCount = m_collisionCount;
    if (api::encode(fresh) == api::encode(m_set))
        co_return Result<>{};
    co_return withoutValue(co_await client::updateStatus(m_controller.client(), std::move(fresh)));
}

void StatefulSetSync::podEvent(std::string_view verb, std::string_view podName, const Result<> &outcome) {
    const std::string_view end = verb == "create" ? "Create" : verb == "delete" ? "Delete" : "Update";
    std::string message = fmt::format("{} Pod {} in StatefulSet {} ", verb, podName, m_set.metadata.name);
    if (outcome)
        event(client::EventKind::Normal, fmt::format("Successful{}", end), message + "successful");
    else
        event(client::EventKind::Warning, fmt::format("Failed{}", end),
              message + "failed error: " + outcome.error().message);
}

void StatefulSetSync::claimEvent(std::string_view claimName, std::string_view podName, const Result<> &outcome) {
    if (outcome)
        event(client::EventKind::Normal, "SuccessfulCreate",
              fmt::format("create Claim {} Pod {} in StatefulSet {} success", claimName, podName, m_set.metadata.name));
    else
        event(client::EventKind::Warning, "FailedCreate",
              fmt::format("create Claim {} for Pod {} in StatefulSet {} failed error: {}", claimName, podName,
                          m_set.metadata.name, outcome.error().message));
}

void StatefulSetSync::event(client::EventKind kind, std::string_view reason, std::string_view message) {
    const client::ObjectReference about{.apiVersion = std::string(appsv1::StatefulSet::kApiVersion),
                                        .kind = std::string(kKind),
                                        .namespaceName = m_set.metadata.namespace_,
                                        .name = m_set.metadata.name,
                                        .uid = m_set.metadata.uid,
                                        .resourceVersion = m_set.metadata.resourceVersion};
    m_controller.events().event(about, kind, reason, message);
}

} // namespace coracle::controllers
