#include "clusterd/controllers/resourceclaim/resourceclaim_controller.h"

#include "clusterd/controllers/resourceclaim/resourceclaim_util.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

constexpr std::string_view kPodPrefix = "pod:", kClaimPrefix = "claim:";
constexpr const char *kByTemplate = "resourceClaimTemplate";

std::string podKey(std::string_view key) {
    return std::string(kPodPrefix) += key;
}

std::string claimKey(std::string_view key) {
    return std::string(kClaimPrefix) += key;
}

/// Most pods have no claims; they are not decoded for that.
bool mentionsClaims(const api::Object &pod) {
    return pod.json().find("\"resourceClaims\"") != std::string::npos ||
           pod.json().find("\"extendedResourceClaimStatus\"") != std::string::npos;
}

} // namespace

ResourceClaimController::ResourceClaimController(const ControllerContext &context)
    : Controller(context, "resource-claim"),
      m_pods(informers().get<corev1::Pod>()),
      m_claims(informers().get<resourcev1::ResourceClaim>()),
      m_templates(informers().get<resourcev1::ResourceClaimTemplate>()) {
    m_pods.addIndex(kByTemplate, [](const ObjectPtr &object, std::vector<std::string> &values) {
        if (!mentionsClaims(*object))
            return;
        if (const auto pod = api::decode<corev1::Pod>(*object))
            for (const corev1::PodResourceClaim &claim : pod->spec.resourceClaims)
                if (claim.resourceClaimTemplateName)
                    values.push_back(fmt::format("{}/{}", pod->metadata.namespace_, *claim.resourceClaimTemplateName));
    });
    addControllerIndex(m_claims);
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { podChanged(before, after); });
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { claimChanged(before, after); });
    // Pods may come before the template that they name.
    m_templates.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (before || !after)
            return;
        for (const ObjectPtr &pod : m_pods.byIndex(kByTemplate, after->key()))
            queue().add(podKey(pod->key()));
    });
}

void ResourceClaimController::podChanged(const ObjectPtr &before, const ObjectPtr &after) {
    const ObjectPtr &object = after ? after : before;
    if (!mentionsClaims(*object))
        return;
    const auto pod = api::decode<corev1::Pod>(*object);
    if (!pod || (pod->spec.resourceClaims.empty() && !pod->status.extendedResourceClaimStatus))
        return;
    if (after && !isDone(*pod))
        return queue().add(podKey(object->key()));
    for (const std::string &name : claimNames(*pod))
        queue().add(claimKey(fmt::format("{}/{}", pod->metadata.namespace_, name)));
    // Also those that the status does not tell of, because the controller came to an end between the two writes.
    for (const ObjectPtr &claim : m_claims.byIndex(kByController, object->uid()))
        queue().add(claimKey(claim->key()));
}

void ResourceClaimController::claimChanged(const ObjectPtr &before, const ObjectPtr &after) {
    if (after)
        queue().add(claimKey(after->key()));
    const ObjectPtr &object = after ? after : before;
    const api::Object::Owner *owner = object->controller();
    if (owner && owner->kind == corev1::Pod::kKind)
        queue().add(podKey(fmt::format("{}/{}", object->namespaceName(), owner->name)));
}

Task<Result<>> ResourceClaimController::reconcile(std::string key) {
    if (key.starts_with(kPodPrefix))
        return syncPod(key.substr(kPodPrefix.size()));
    return syncClaim(key.substr(kClaimPrefix.size()));
}

Task<Result<>> ResourceClaimController::syncPod(std::string key) {
    const ObjectPtr object = m_pods.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
    if (isDone(pod) || pod.metadata.deletionTimestamp)
        co_return Result<>{};
    std::vector<corev1::PodResourceClaimStatus> added;
    for (const corev1::PodResourceClaim &podClaim : pod.spec.resourceClaims) {
        if (!podClaim.resourceClaimTemplateName)
            continue;
        const corev1::PodResourceClaimStatus *status = findClaimStatus(pod, podClaim.name);
        if (status && (!status->resourceClaimName || m_claims.get(pod.metadata.namespace_, *status->resourceClaimName)))
            continue;
        auto made = co_await ensureClaim(pod, podClaim);
        if (!made) {
            events().event(client::ObjectReference::to(*object), client::EventKind::Warning,
                           "FailedResourceClaimCreation",
                           fmt::format("PodResourceClaim {}: {}", podClaim.name, made.error().message));
            co_return std::unexpected(std::move(made).error());
        }
        if (!status || *status->resourceClaimName != *made) {
            corev1::PodResourceClaimStatus entry;
            entry.name = podClaim.name;
            entry.resourceClaimName = *made;
            added.push_back(std::move(entry));
        }
    }
    if (!added.empty())
        co_return co_await writeStatuses(pod, std::move(added));
    if (pod.spec.nodeName.empty())
        co_return Result<>{};
    for (const std::string &name : claimNames(pod))
        CO_CHECK(co_await reserve(pod, name));
    co_return Result<>{};
}

Task<Result<std::string>> ResourceClaimController::ensureClaim(corev1::Pod pod, corev1::PodResourceClaim podClaim) {
    // One that was made before, whose name did not get into the pod's status; the API server knows of the newest.
    CO_TRY(const client::ObjectList claims,
           co_await client().list(resourcev1::ResourceClaim::resource(), pod.metadata.namespace_));
    for (const ObjectPtr &object : claims.items) {
        const api::Object::Owner *owner = object->controller();
        if (!owner || owner->uid != pod.metadata.uid)
            continue;
        CO_TRY(const resourcev1::ResourceClaim claim, api::decode<resourcev1::ResourceClaim>(*object));
        if (isMadeFor(claim, pod, podClaim.name))
            co_return claim.metadata.name;
    }
    const std::string templateName = *podClaim.resourceClaimTemplateName;
    const ObjectPtr found = m_templates.get(pod.metadata.namespace_, templateName);
    if (!found)
        co_return errors::notFound("resourceclaimtemplate", "resource.k8s.io", templateName);
    CO_TRY(const resourcev1::ResourceClaimTemplate claimTemplate,
           api::decode<resourcev1::ResourceClaimTemplate>(*found));
    resourcev1::ResourceClaim claim = claimFromTemplate(claimTemplate, pod, podClaim.name);
    CO_TRY(const resourcev1::ResourceClaim made, co_await client::create(client(), std::move(claim)));
    co_return made.metadata.name;
}

Task<Result<>> ResourceClaimController::writeStatuses(corev1::Pod pod,
                                                      std::vector<corev1::PodResourceClaimStatus> added) {
    json::array entries;
    for (const corev1::PodResourceClaimStatus &entry : added)
        entries.push_back(json::object{{"name", entry.name}, {"resourceClaimName", *entry.resourceClaimName}});
    // Merged by name; the UID keeps it from another pod of the same name.
    json::object patch{{"metadata", json::object{{"uid", pod.metadata.uid}}},
                       {"status", json::object{{"resourceClaimStatuses", std::move(entries)}}}};
    client::WriteOptions options;
    options.subresource = "status";
    auto patched = co_await client().patch(corev1::Pod::resource(), pod.metadata.namespace_, pod.metadata.name,
                                           client::PatchType::StrategicMerge, json::serialize(patch), options);
    co_return ignoreNotFound(patched);
}

Task<Result<>> ResourceClaimController::reserve(corev1::Pod pod, std::string claimName) {
    const ObjectPtr object = m_claims.get(pod.metadata.namespace_, claimName);
    if (!object)
        co_return Result<>{};
    CO_TRY(resourcev1::ResourceClaim claim, api::decode<resourcev1::ResourceClaim>(*object));
    auto &users = claim.status.reservedFor;
    const bool known = std::ranges::any_of(users, [&](const auto &user) { return user.uid == pod.metadata.uid; });
    if (known || !claim.status.allocation || claim.metadata.deletionTimestamp ||
        int64_t(users.size()) >= resourcev1::kResourceClaimReservedForMaxSize)
        co_return Result<>{};
    users.push_back({.resource = "pods", .name = pod.metadata.name, .uid = pod.metadata.uid});
    CO_CHECK(co_await client::updateStatus(client(), std::move(claim)));
    co_return Result<>{};
}

Task<Result<>> ResourceClaimController::syncClaim(std::string key) {
    const ObjectPtr object = m_claims.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(resourcev1::ResourceClaim claim, api::decode<resourcev1::ResourceClaim>(*object));
    CO_TRY(const std::set<std::string> gone, co_await goneConsumers(claim));
    if (auto status = cleanedStatus(claim, gone)) {
        claim.status = std::move(*status);
        CO_TRY(claim, co_await client::updateStatus(client(), std::move(claim)));
    }
    if (mayDropFinalizer(claim)) {
        std::erase(claim.metadata.finalizers, resourcev1::kFinalizer);
        auto written = co_await client::update(client(), std::move(claim));
        if (!written)
            co_return ignoreNotFound(written);
        claim = std::move(*written);
    }
    if (claim.status.reservedFor.empty() && !claim.metadata.deletionTimestamp)
        co_return co_await deleteIfOwnerEnded(std::move(claim));
    co_return Result<>{};
}

Task<Result<std::set<std::string>>> ResourceClaimController::goneConsumers(resourcev1::ResourceClaim claim) {
    std::set<std::string> gone;
    for (const resourcev1::ResourceClaimConsumerReference &consumer : claim.status.reservedFor) {
        if (!isPod(consumer))
            continue;
        CO_TRY(const auto pod, co_await findPod(claim.metadata.namespace_, consumer.name, consumer.uid));
        if (!pod || isDone(*pod))
            gone.insert(consumer.uid);
    }
    co_return gone;
}

Task<Result<>> ResourceClaimController::deleteIfOwnerEnded(resourcev1::ResourceClaim claim) {
    const auto owner =
        std::ranges::find_if(claim.metadata.ownerReferences, [](const metav1::OwnerReference &reference) {
            return reference.controller.value_or(false) && reference.kind == corev1::Pod::kKind &&
                   reference.apiVersion == corev1::Pod::kApiVersion;
        });
    if (owner == claim.metadata.ownerReferences.end())
        co_return Result<>{};
    const metav1::OwnerReference reference = *owner;
    CO_TRY(const auto pod, co_await findPod(claim.metadata.namespace_, reference.name, reference.uid));
    if (pod && !isDone(*pod))
        co_return Result<>{};
    client::DeleteOptions options;
    options.preconditionUid = claim.metadata.uid;
    auto removed = co_await client::remove(client(), claim, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

/// What the informer does not have may only be too new for it.
Task<Result<std::optional<corev1::Pod>>> ResourceClaimController::findPod(std::string namespaceName, std::string name,
                                                                          std::string uid) {
    if (const ObjectPtr known = m_pods.get(namespaceName, name); known && known->uid() == uid) {
        CO_TRY(corev1::Pod pod, api::decode<corev1::Pod>(*known));
        co_return pod;
    }
    auto asked = co_await client::get<corev1::Pod>(client(), namespaceName, name);
    if (asked && asked->metadata.uid == uid)
        co_return std::move(*asked);
    CO_CHECK(ignoreNotFound(asked));
    co_return std::nullopt;
}

} // namespace coracle::controllers
