#include "clusterd/controllers/deployment/deployment_util.h"

#include "clusterd/controllers/content_hash.h"
#include "core/api/typed.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace coracle::controllers::deployment {

namespace {

constexpr size_t kRevisionHistoryLengthMax = 1000;

int32_t scaled(const std::optional<api::IntOrString> &value, int32_t total, api::IntOrString::Rounding rounding) {
    if (!value)
        return 0;
    return value->scaled(total, rounding).value_or(0);
}

const appsv1::RollingUpdateDeployment *rolling(const appsv1::Deployment &deployment) {
    return isRolling(deployment) ? deployment.spec.strategy.rollingUpdate.get() : nullptr;
}

bool isOwnAnnotation(std::string_view name) {
    return name == "kubectl.kubernetes.io/last-applied-configuration" || name == kRevision ||
           name == kRevisionHistory || name == kDesiredReplicas || name == kMaxReplicas ||
           name == "deprecated.deployment.rollback.to";
}

template<class Map>
std::optional<int64_t> numberOf(const Map &annotations, std::string_view name) {
    auto found = annotations.find(name);
    int64_t number = 0;
    if (found == annotations.end())
        return std::nullopt;
    const std::string &text = found->second;
    if (auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool setAnnotation(metav1::ObjectMeta &metadata, std::string_view name, std::string value) {
    auto [at, fresh] = metadata.annotations.try_emplace(std::string(name), value);
    if (fresh)
        return true;
    if (at->second == value)
        return false;
    at->second = std::move(value);
    return true;
}

} // namespace

int32_t replicasOf(const appsv1::Deployment &deployment) {
    return deployment.spec.replicas.value_or(1);
}

int32_t replicasOf(const appsv1::ReplicaSet &set) {
    return set.spec.replicas.value_or(1);
}

int32_t sumReplicas(const ReplicaSets &sets) {
    int32_t sum = 0;
    for (const appsv1::ReplicaSet &set : sets)
        sum += replicasOf(set);
    return sum;
}

bool isRolling(const appsv1::Deployment &deployment) {
    return deployment.spec.strategy.type != "Recreate";
}

int32_t maxSurge(const appsv1::Deployment &deployment) {
    const auto *update = rolling(deployment);
    return update ? scaled(update->maxSurge, replicasOf(deployment), api::IntOrString::Rounding::Up) : 0;
}

int32_t maxUnavailable(const appsv1::Deployment &deployment) {
    const auto *update = rolling(deployment);
    const int32_t replicas = replicasOf(deployment);
    if (!update || replicas == 0)
        return 0;
    int32_t unavailable = scaled(update->maxUnavailable, replicas, api::IntOrString::Rounding::Down);
    if (unavailable == 0 && maxSurge(deployment) == 0)
        unavailable = 1;
    return std::min(unavailable, replicas);
}

bool sameTemplate(const corev1::PodTemplateSpec &a, const corev1::PodTemplateSpec &b) {
    corev1::PodTemplateSpec left = a, right = b;
    left.metadata.labels.erase(std::string(kPodTemplateHash));
    right.metadata.labels.erase(std::string(kPodTemplateHash));
    return api::encode(left) == api::encode(right);
}

std::string templateHash(const corev1::PodTemplateSpec &podTemplate, std::optional<int32_t> collisionCount) {
    return contentHash(api::encode(podTemplate), collisionCount);
}

std::optional<size_t> findNew(const appsv1::Deployment &deployment, const ReplicaSets &sets) {
    std::optional<size_t> found;
    for (size_t i = 0; i < sets.size(); ++i)
        if (sameTemplate(sets[i].spec.template_, deployment.spec.template_) &&
            (!found || sets[i].metadata.creationTimestamp < sets[*found].metadata.creationTimestamp))
            found = i;
    return found;
}

int64_t revisionOf(const metav1::ObjectMeta &metadata) {
    return numberOf(metadata.annotations, kRevision).value_or(0);
}

void sortByCreation(ReplicaSets &sets) {
    std::sort(sets.begin(), sets.end(), [](const appsv1::ReplicaSet &a, const appsv1::ReplicaSet &b) {
        return std::tie(a.metadata.creationTimestamp, a.metadata.name) <
               std::tie(b.metadata.creationTimestamp, b.metadata.name);
    });
}

int32_t newReplicaSetReplicas(const appsv1::Deployment &deployment, const ReplicaSets &all,
                              const appsv1::ReplicaSet &set) {
    const int32_t declared = replicasOf(deployment);
    if (!isRolling(deployment))
        return declared;
    const int32_t room = declared + maxSurge(deployment) - sumReplicas(all);
    if (room <= 0)
        return replicasOf(set);
    return replicasOf(set) + std::min(room, declared - replicasOf(set));
}

int32_t proportion(const appsv1::ReplicaSet &set, const appsv1::Deployment &deployment, int32_t toAdd, int32_t added) {
    const int32_t own = replicasOf(set);
    if (own == 0 || toAdd == 0 || toAdd == added)
        return 0;
    int32_t fraction = -own;
    if (const int32_t declared = replicasOf(deployment); declared > 0) {
        const double most =
            static_cast<double>(numberOf(set.metadata.annotations, kMaxReplicas).value_or(deployment.status.replicas));
        const double target = own * static_cast<double>(declared + maxSurge(deployment)) / std::max(most, 1.0);
        fraction = static_cast<int32_t>(std::lround(target)) - own;
    }
    const int32_t allowed = toAdd - added;
    return toAdd > 0 ? std::min(fraction, allowed) : std::max(fraction, allowed);
}

bool annotateNew(const appsv1::Deployment &deployment, appsv1::ReplicaSet &set, int64_t revision, bool exists) {
    bool changed = false;
    for (const auto &[name, value] : deployment.metadata.annotations)
        if (!isOwnAnnotation(name))
            changed |= setAnnotation(set.metadata, name, value);
    if (const int64_t before = revisionOf(set.metadata); before < revision) {
        setAnnotation(set.metadata, kRevision, std::to_string(revision));
        changed = true;
        if (before > 0) {
            std::string &history = set.metadata.annotations[std::string(kRevisionHistory)];
            history += (history.empty() ? "" : ",") + std::to_string(before);
            while (history.size() > kRevisionHistoryLengthMax && history.find(',') != std::string::npos)
                history.erase(0, history.find(',') + 1);
        }
    }
    if (!exists)
        changed |= annotateReplicas(set, replicasOf(deployment), replicasOf(deployment) + maxSurge(deployment));
    return changed;
}

bool annotateReplicas(appsv1::ReplicaSet &set, int32_t desired, int32_t most) {
    const bool changed = setAnnotation(set.metadata, kDesiredReplicas, std::to_string(desired));
    return setAnnotation(set.metadata, kMaxReplicas, std::to_string(most)) || changed;
}

std::optional<int32_t> annotatedDesired(const appsv1::ReplicaSet &set) {
    auto number = numberOf(set.metadata.annotations, kDesiredReplicas);
    return number ? std::optional(static_cast<int32_t>(*number)) : std::nullopt;
}

const appsv1::DeploymentCondition *findCondition(const appsv1::DeploymentStatus &status, std::string_view type) {
    for (const appsv1::DeploymentCondition &condition : status.conditions)
        if (condition.type == type)
            return &condition;
    return nullptr;
}

void setCondition(appsv1::DeploymentStatus &status, appsv1::DeploymentCondition condition) {
    if (const auto *current = findCondition(status, condition.type)) {
        if (current->status == condition.status && current->reason == condition.reason)
            return;
        if (current->status == condition.status)
            condition.lastTransitionTime = current->lastTransitionTime;
    }
    removeCondition(status, condition.type);
    status.conditions.push_back(std::move(condition));
}

void removeCondition(appsv1::DeploymentStatus &status, std::string_view type) {
    std::erase_if(status.conditions, [&](const auto &condition) { return condition.type == type; });
}

appsv1::DeploymentCondition makeCondition(std::string_view type, std::string_view status, std::string_view reason,
                                          std::string message, WallTime now) {
    appsv1::DeploymentCondition condition;
    condition.type = type;
    condition.status = status;
    condition.reason = reason;
    condition.message = std::move(message);
    condition.lastUpdateTime = condition.lastTransitionTime = api::Time(now);
    return condition;
}

bool hasProgressDeadline(const appsv1::Deployment &deployment) {
    return deployment.spec.progressDeadlineSeconds && *deployment.spec.progressDeadlineSeconds != INT32_MAX;
}

bool isComplete(const appsv1::Deployment &deployment, const appsv1::DeploymentStatus &status) {
    const int32_t declared = replicasOf(deployment);
    return status.updatedReplicas == declared && status.replicas == declared && status.availableReplicas == declared &&
           status.observedGeneration >= deployment.metadata.generation;
}

bool isProgressing(const appsv1::DeploymentStatus &before, const appsv1::DeploymentStatus &after) {
    const int32_t oldBefore = before.replicas - before.updatedReplicas;
    const int32_t oldAfter = after.replicas - after.updatedReplicas;
    return after.updatedReplicas > before.updatedReplicas || oldAfter < oldBefore ||
           after.readyReplicas > before.readyReplicas || after.availableReplicas > before.availableReplicas;
}

bool isTimedOut(const appsv1::Deployment &deployment, const appsv1::DeploymentStatus &status, WallTime now) {
    const auto *condition = findCondition(status, "Progressing");
    if (!hasProgressDeadline(deployment) || !condition || condition->reason == "NewReplicaSetAvailable")
        return false;
    if (condition->reason == "ProgressDeadlineExceeded")
        return true;
    const WallTime since = condition->lastUpdateTime.valueOr(now);
    return since + std::chrono::seconds(*deployment.spec.progressDeadlineSeconds) < now;
}

appsv1::DeploymentStatus calculateStatus(const appsv1::Deployment &deployment, const ReplicaSets &all,
                                         const appsv1::ReplicaSet *fresh, WallTime now) {
    appsv1::DeploymentStatus status;
    status.observedGeneration = deployment.metadata.generation;
    status.collisionCount = deployment.status.collisionCount;
    for (const appsv1::ReplicaSet &set : all) {
        status.replicas += set.status.replicas;
        status.readyReplicas += set.status.readyReplicas;
        status.availableReplicas += set.status.availableReplicas;
    }
    // Only known when every set has counted them.
    if (std::ranges::all_of(all,
                            [](const appsv1::ReplicaSet &set) { return set.status.terminatingReplicas.has_value(); })) {
        status.terminatingReplicas = 0;
        for (const appsv1::ReplicaSet &set : all)
            *status.terminatingReplicas += *set.status.terminatingReplicas;
    }
    status.updatedReplicas = fresh ? fresh->status.replicas : 0;
    status.unavailableReplicas = std::max(sumReplicas(all) - status.availableReplicas, 0);
    status.conditions = deployment.status.conditions;
    if (status.availableReplicas >= replicasOf(deployment) - maxUnavailable(deployment))
        setCondition(status, makeCondition("Available", "True", "MinimumReplicasAvailable",
                                           "Deployment has minimum availability.", now));
    else
        setCondition(status, makeCondition("Available", "False", "MinimumReplicasUnavailable",
                                           "Deployment does not have minimum availability.", now));
    return status;
}

} // namespace coracle::controllers::deployment
