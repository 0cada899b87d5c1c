#include "clusterd/controllers/deployment/deployment_controller.h"

#include "clusterd/controllers/controller_ref_manager.h"
#include "clusterd/controllers/deployment/rollout.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/selectors.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

using namespace deployment;

namespace {

constexpr std::string_view kKind = "Deployment";
constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kReplicaFailure = "ReplicaFailure";

} // namespace

DeploymentController::DeploymentController(const ControllerContext &context)
    : Controller(context, "deployment"),
      m_deployments(informers().get<appsv1::Deployment>()),
      m_sets(informers().get<appsv1::ReplicaSet>()),
      m_pods(informers().get<corev1::Pod>()) {
    addControllerIndex(m_sets);
    addControllerIndex(m_pods);
    enqueueOnChange(m_deployments);
    enqueueOwner(m_sets, kKind);
    m_sets.addHandler(
        [this](const ObjectPtr &before, const ObjectPtr &after) { enqueueAdopters(m_deployments, before, after); });
    // A Recreate deployment goes on when the last old pod is gone.
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        const auto set = after ? std::nullopt : ownerKey(before, appsv1::ReplicaSet::kKind);
        if (auto key = set ? ownerKey(m_sets.get(*set), kKind) : std::nullopt)
            queue().add(std::move(*key));
    });
}

Task<Result<>> DeploymentController::reconcile(std::string key) {
    const ObjectPtr object = m_deployments.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(appsv1::Deployment deployment, api::decode<appsv1::Deployment>(*object));
    Rollout rollout(*this, std::move(deployment));
    co_return co_await rollout.run();
}

Task<Result<>> Rollout::run() {
    CO_CHECK(co_await claimSets());
    if (m_deployment.metadata.deletionTimestamp) {
        CO_CHECK(co_await findSets(CreateNew::No));
        co_return co_await reportStatus();
    }
    CO_CHECK(co_await notePaused());
    if (m_deployment.spec.paused || isScaling())
        co_return co_await syncScale();
    if (isRolling(m_deployment))
        co_return co_await roll();
    co_return co_await recreate();
}

ReplicaSets Rollout::all() const {
    ReplicaSets sets = m_old;
    if (m_new)
        sets.push_back(*m_new);
    return sets;
}

client::ObjectReference Rollout::reference() const {
    return {.apiVersion = "apps/v1",
            .kind = std::string(kKind),
            .namespaceName = m_deployment.metadata.namespace_,
            .name = m_deployment.metadata.name,
            .uid = m_deployment.metadata.uid,
            .resourceVersion = m_deployment.metadata.resourceVersion};
}

Task<Result<>> Rollout::claimSets() {
    CO_TRY(const api::LabelSelector selector, workloadSelector(m_deployment.spec.selector));
    ControllerRefManager manager(m_controller.client(), appsv1::Deployment::resource(), m_deployment.metadata);
    ClaimRules rules;
    rules.matches = [&selector](const api::Object &set) { return selector.matches(set.labels()); };
    CO_TRY(const std::vector<ObjectPtr> claimed,
           co_await manager.claim(m_controller.m_sets, appsv1::ReplicaSet::resource(), std::move(rules)));
    CO_TRY(m_claimed, decodeAll<appsv1::ReplicaSet>(claimed));
    co_return Result<>{};
}

bool Rollout::isScaling() const {
    return std::any_of(m_claimed.begin(), m_claimed.end(), [&](const appsv1::ReplicaSet &set) {
        const auto desired = annotatedDesired(set);
        return replicasOf(set) > 0 && desired && *desired != replicasOf(m_deployment);
    });
}

bool Rollout::oldPodsRun() const {
    for (const appsv1::ReplicaSet &set : m_old)
        for (const ObjectPtr &object : m_controller.m_pods.byIndex(kByController, set.metadata.uid)) {
            auto pod = api::decode<corev1::Pod>(*object);
            if (pod && !isPodTerminal(*pod))
                return true;
        }
    return false;
}

Task<Result<>> Rollout::notePaused() {
    const auto *condition = findCondition(m_deployment.status, kProgressing);
    if (!hasProgressDeadline(m_deployment) || (condition && condition->reason == "ProgressDeadlineExceeded"))
        co_return Result<>{};
    const bool noted = condition && condition->reason == "DeploymentPaused";
    if (m_deployment.spec.paused == noted)
        co_return Result<>{};
    appsv1::DeploymentStatus status = m_deployment.status;
    if (noted)
        setCondition(status,
                     makeCondition(kProgressing, "Unknown", "DeploymentResumed", "Deployment is resumed", now()));
    else
        setCondition(status, makeCondition(kProgressing, "Unknown", "DeploymentPaused", "Deployment is paused", now()));
    co_return co_await writeStatus(std::move(status));
}

/// Splits the claimed sets into the new one and the old ones, and keeps the revision annotations right.
Task<Result<>> Rollout::findSets(CreateNew create) {
    m_old.clear();
    m_new.reset();
    const auto position = findNew(m_deployment, m_claimed);
    int64_t newest = 0;
    for (size_t i = 0; i < m_claimed.size(); ++i) {
        if (position == i)
            continue;
        newest = std::max(newest, revisionOf(m_claimed[i].metadata));
        m_old.push_back(m_claimed[i]);
    }
    if (position) {
        m_new = m_claimed[*position];
        if (!m_deployment.metadata.deletionTimestamp)
            co_return co_await useExistingNew(newest + 1);
    } else if (create == CreateNew::Yes) {
        co_return co_await createNew(newest + 1);
    }
    co_return Result<>{};
}

Task<Result<>> Rollout::useExistingNew(int64_t revision) {
    appsv1::ReplicaSet set = *m_new;
    const bool annotated = annotateNew(m_deployment, set, revision, true);
    const bool differs = set.spec.minReadySeconds != m_deployment.spec.minReadySeconds;
    set.spec.minReadySeconds = m_deployment.spec.minReadySeconds;
    if (annotated || differs) {
        CO_TRY(appsv1::ReplicaSet written, co_await client::update(m_controller.client(), std::move(set)));
        m_new = std::move(written);
    }
    CO_CHECK(co_await noteRevision(revisionOf(m_new->metadata)));
    if (hasProgressDeadline(m_deployment) && !findCondition(m_deployment.status, kProgressing)) {
        appsv1::DeploymentStatus status = m_deployment.status;
        setCondition(status, makeCondition(kProgressing, "True", "FoundNewReplicaSet",
                                           fmt::format("Found new replica set \"{}\"", m_new->metadata.name), now()));
        CO_CHECK(co_await writeStatus(std::move(status)));
    }
    co_return Result<>{};
}

Task<Result<>> Rollout::createNew(int64_t revision) {
    const std::string hash = templateHash(m_deployment.spec.template_, m_deployment.status.collisionCount);
    appsv1::ReplicaSet set;
    set.metadata.namespace_ = m_deployment.metadata.namespace_;
    set.metadata.name = m_deployment.metadata.name + "-" + hash;
    set.metadata.ownerReferences.push_back(controllerReference("apps/v1", kKind, m_deployment.metadata));
    set.spec.template_ = m_deployment.spec.template_;
    set.spec.template_.metadata.labels[std::string(kPodTemplateHash)] = hash;
    set.metadata.labels = set.spec.template_.metadata.labels;
    set.spec.selector = m_deployment.spec.selector;
    set.spec.selector.ensure().matchLabels[std::string(kPodTemplateHash)] = hash;
    set.spec.minReadySeconds = m_deployment.spec.minReadySeconds;
    set.spec.replicas = 0;
    set.spec.replicas = newReplicaSetReplicas(m_deployment, all(), set);
    annotateNew(m_deployment, set, revision, false);

    auto created = co_await client::create(m_controller.client(), set);
    if (!created)
        co_return co_await createCollided(set, created.error());
    m_new = std::move(*created);
    m_claimed.push_back(*m_new);
    if (replicasOf(*m_new) > 0)
        event(client::EventKind::Normal, "ScalingReplicaSet",
              fmt::format("Scaled up replica set {} from 0 to {}", m_new->metadata.name, replicasOf(*m_new)));
    CO_CHECK(co_await noteRevision(revision));
    if (hasProgressDeadline(m_deployment)) {
        appsv1::DeploymentStatus status = m_deployment.status;
        setCondition(status, makeCondition(kProgressing, "True", "NewReplicaSetCreated",
                                           fmt::format("Created new replica set \"{}\"", m_new->metadata.name), now()));
        CO_CHECK(co_await writeStatus(std::move(status)));
    }
    co_return Result<>{};
}

/// The name was taken (an own set that the informer has not shown yet, or a hash collision), or creating failed.
Task<Result<>> Rollout::createCollided(const appsv1::ReplicaSet &wanted, const Status &failure) {
    appsv1::DeploymentStatus status = m_deployment.status;
    if (isAlreadyExists(failure)) {
        CO_TRY(appsv1::ReplicaSet existing,
               co_await client::get<appsv1::ReplicaSet>(m_controller.client(), wanted.metadata.namespace_,
                                                        wanted.metadata.name));
        const metav1::OwnerReference *owner = controllerOf(existing.metadata);
        if (owner && owner->uid == m_deployment.metadata.uid &&
            sameTemplate(existing.spec.template_, m_deployment.spec.template_)) {
            m_new = std::move(existing);
            co_return Result<>{};
        }
        status.collisionCount = status.collisionCount.value_or(0) + 1;
    } else if (hasProgressDeadline(m_deployment)) {
        setCondition(status, makeCondition(kProgressing, "False", "ReplicaSetCreateError",
                                           fmt::format("Failed to create new replica set \"{}\": {}",
                                                       wanted.metadata.name, failure.message),
                                           now()));
    }
    CO_CHECK(co_await writeStatus(std::move(status)));
    co_return std::unexpected(failure);
}

Task<Result<>> Rollout::noteRevision(int64_t revision) {
    if (revisionOf(m_deployment.metadata) == revision)
        co_return Result<>{};
    const std::string patch = fmt::format(R"({{"metadata":{{"annotations":{{"{}":"{}"}}}}}})", kRevision, revision);
    CO_TRY(ObjectPtr written,
           co_await m_controller.client().patch(appsv1::Deployment::resource(), m_deployment.metadata.namespace_,
                                                m_deployment.metadata.name, client::PatchType::Merge, patch));
    CO_TRY(m_deployment, api::decode<appsv1::Deployment>(*written));
    co_return Result<>{};
}

Task<Result<>> Rollout::writeStatus(appsv1::DeploymentStatus status) {
    appsv1::Deployment fresh = m_deployment;
    fresh.status = std::move(status);
    if (api::encode(fresh) == api::encode(m_deployment))
        co_return Result<>{};
    CO_TRY(appsv1::Deployment written, co_await client::updateStatus(m_controller.client(), std::move(fresh)));
    m_deployment = std::move(written);
    co_return Result<>{};
}

Task<Result<>> Rollout::reportStatus() {
    co_return co_await writeStatus(calculateStatus(m_deployment, all(), m_new ? &*m_new : nullptr, now()));
}

Task<Result<>> Rollout::reportProgress() {
    appsv1::DeploymentStatus status = calculateStatus(m_deployment, all(), m_new ? &*m_new : nullptr, now());
    const auto *found = findCondition(m_deployment.status, kProgressing);
    const bool known = found != nullptr;
    const appsv1::DeploymentCondition current = known ? *found : appsv1::DeploymentCondition();
    const std::string who = m_new ? fmt::format("ReplicaSet \"{}\"", m_new->metadata.name)
                                  : fmt::format("Deployment \"{}\"", m_deployment.metadata.name);
    const bool finished = status.replicas == status.updatedReplicas && current.reason == "NewReplicaSetAvailable";
    if (!hasProgressDeadline(m_deployment)) {
        removeCondition(status, kProgressing);
    } else if (!finished && isComplete(m_deployment, status)) {
        setCondition(status, makeCondition(kProgressing, "True", "NewReplicaSetAvailable",
                                           who + " has successfully progressed.", now()));
    } else if (!finished && isProgressing(m_deployment.status, status)) {
        appsv1::DeploymentCondition condition =
            makeCondition(kProgressing, "True", "ReplicaSetUpdated", who + " is progressing.", now());
        if (current.status == condition.status)
            condition.lastTransitionTime = current.lastTransitionTime;
        // Replaced even where only the time is new: the deadline counts from the last progress.
        removeCondition(status, kProgressing);
        setCondition(status, std::move(condition));
    } else if (!finished && isTimedOut(m_deployment, status, now())) {
        setCondition(status, makeCondition(kProgressing, "False", "ProgressDeadlineExceeded",
                                           who + " has timed out progressing.", now()));
    }
    removeCondition(status, kReplicaFailure);
    for (const appsv1::ReplicaSet &set : all())
        for (const appsv1::ReplicaSetCondition &failure : set.status.conditions)
            if (failure.type == kReplicaFailure) {
                appsv1::DeploymentCondition condition =
                    makeCondition(kReplicaFailure, failure.status, failure.reason, failure.message, now());
                condition.lastTransitionTime = condition.lastUpdateTime = failure.lastTransitionTime;
                setCondition(status, std::move(condition));
            }
    requeueBeforeDeadline(status);
    co_return co_await writeStatus(std::move(status));
}

/// Nothing else may happen until the deadline passes, so the deployment must come again by itself then.
void Rollout::requeueBeforeDeadline(const appsv1::DeploymentStatus &status) {
    const auto *condition = findCondition(status, kProgressing);
    if (!hasProgressDeadline(m_deployment) || !condition || isComplete(m_deployment, status) ||
        condition->reason == "ProgressDeadlineExceeded" || condition->reason == "NewReplicaSetAvailable")
        return;
    const WallTime deadline =
        condition->lastUpdateTime.valueOr(now()) + std::chrono::seconds(*m_deployment.spec.progressDeadlineSeconds + 1);
    m_controller.queue().addAfter(key(), std::max<Duration>(deadline - now(), std::chrono::seconds(1)));
}

} // namespace coracle::controllers
