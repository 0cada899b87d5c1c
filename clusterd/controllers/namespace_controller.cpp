#include "clusterd/controllers/namespace_controller.h"

#include "clusterd/controllers/served_resources.h"
#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace coracle::controllers {

namespace {

/// Asked again this soon while pods use their grace period, and while finalizers of others are waited for.
constexpr Duration kAgainForPods = std::chrono::milliseconds(500);
constexpr Duration kAgain = std::chrono::seconds(2);

std::vector<std::string> finalizersOf(const api::Object &object) {
    if (!object.hasFinalizers())
        return {};
    // Every kind has its metadata at the same place, so any kind with nothing else serves to read it.
    auto holder = api::decode<corev1::ConfigMap>(object.json());
    return holder ? holder->metadata.finalizers : std::vector<std::string>();
}

corev1::NamespaceCondition makeCondition(std::string_view type, bool value, std::string_view reason,
                                         std::string message, WallTime now) {
    corev1::NamespaceCondition condition;
    condition.type = type;
    condition.status = value ? "True" : "False";
    condition.reason = reason;
    condition.message = std::move(message);
    condition.lastTransitionTime = api::Time(now);
    return condition;
}

} // namespace

NamespaceController::NamespaceController(const ControllerContext &context)
    : Controller(context, "namespace"), m_namespaces(informers().get<corev1::Namespace>()) {
    m_namespaces.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after && after->deleting())
            queue().add(after->key());
    });
}

Task<Result<>> NamespaceController::reconcile(std::string key) {
    const ObjectPtr object = m_namespaces.get(key);
    if (!object || !object->deleting())
        co_return Result<>{};
    auto remaining = co_await deleteContent(key);
    const Result<> deleted = remaining ? Result<>{} : Result<>(std::unexpected(remaining.error()));
    if (!remaining || remaining->any()) {
        CO_CHECK(co_await report(key, remaining.value_or(Remaining{}), deleted));
        CO_CHECK(deleted);
        queue().addAfter(key, remaining->podsWait ? kAgainForPods : kAgain);
        co_return Result<>{};
    }
    auto current = co_await client::get<corev1::Namespace>(client(), {}, key);
    if (!current)
        co_return ignoreNotFound(current);
    if (std::erase(current->spec.finalizers, "kubernetes") == 0)
        co_return Result<>{};
    client::WriteOptions options;
    options.subresource = "finalize";
    auto finalized = co_await client::update(client(), std::move(*current), std::move(options));
    co_return ignoreNotFound(finalized);
}

Task<Result<NamespaceController::Remaining>> NamespaceController::deleteContent(std::string namespaceName) {
    Remaining remaining;
    const std::vector<api::ResourcePtr> resources = deletableResources(client());
    for (const api::ResourcePtr &resource : resources)
        if (resource->namespaced)
            CO_CHECK(co_await deleteCollection(*resource, namespaceName, remaining));
    co_return remaining;
}

Task<Result<>> NamespaceController::deleteCollection(const ResourceInfo &resource, std::string namespaceName,
                                                     Remaining &remaining) {
    CO_TRY(client::ObjectList list, co_await client().list(resource, namespaceName));
    int left = 0;
    std::map<std::string, int> finalizers;
    for (const ObjectPtr &object : list.items) {
        if (!object->deleting()) {
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            options.preconditionUid = std::string(object->uid());
            auto removed = co_await client().remove(resource, namespaceName, std::string(object->name()), options);
            CO_CHECK(ignoreNotFoundOrConflict(removed));
        }
        auto now = co_await client().get(resource, namespaceName, std::string(object->name()));
        if (!now && isNotFound(now.error()))
            continue;
        CO_CHECK(now);
        ++left;
        for (const std::string &finalizer : finalizersOf(**now))
            ++finalizers[finalizer];
        remaining.podsWait |= resource.resource == "pods";
    }
    if (left > 0)
        remaining.resources.push_back(
            fmt::format("{}.{} has {} resource instances", resource.resource, resource.group, left));
    for (const auto &[name, count] : finalizers)
        remaining.finalizers.push_back(fmt::format("{} in {} resource instances", name, count));
    co_return Result<>{};
}

Task<Result<>> NamespaceController::report(const std::string &name, const Remaining &remaining,
                                           const Result<> &deleted) {
    auto current = co_await client::get<corev1::Namespace>(client(), {}, name);
    if (!current)
        co_return ignoreNotFound(current);
    corev1::Namespace fresh = *current;
    fresh.status.phase = "Terminating";
    const WallTime now = clock().now();
    const std::vector<corev1::NamespaceCondition> wanted = {
        makeCondition("NamespaceDeletionContentFailure", !deleted, deleted ? "ContentDeleted" : "ContentDeletionFailed",
                      deleted ? "All content successfully deleted, may be waiting on finalization"
                              : deleted.error().message,
                      now),
        makeCondition(
            "NamespaceContentRemaining", remaining.any(), remaining.any() ? "SomeResourcesRemain" : "ContentRemoved",
            remaining.any() ? fmt::format("Some resources are remaining: {}", fmt::join(remaining.resources, ", "))
                            : "All content successfully removed",
            now),
        makeCondition("NamespaceFinalizersRemaining", !remaining.finalizers.empty(),
                      remaining.finalizers.empty() ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                      remaining.finalizers.empty()
                          ? "All content-preserving finalizers finished"
                          : fmt::format("Some content in the namespace has finalizers remaining: {}",
                                        fmt::join(remaining.finalizers, ", ")),
                      now)};
    for (const corev1::NamespaceCondition &condition : wanted) {
        auto found = std::find_if(fresh.status.conditions.begin(), fresh.status.conditions.end(),
                                  [&](const auto &known) { return known.type == condition.type; });
        if (found == fresh.status.conditions.end())
            fresh.status.conditions.push_back(condition);
        else if (found->status != condition.status || found->message != condition.message)
            *found = condition;
    }
    if (api::encode(fresh) == api::encode(*current))
        co_return Result<>{};
    auto written = co_await client::updateStatus(client(), std::move(fresh));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
