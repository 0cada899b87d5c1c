#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/conversion.h"
#include "clusterd/apiserver/registry/document.h"
#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "clusterd/apiserver/registry/registry.h"
#include "clusterd/apiserver/registry/subresources.h"
#include "core/api/time.h"
#include "core/base/async_event.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";
constexpr size_t kCollectionWorkers = 32; ///< deletions of one request at a time; they share the datastore's commits

/// What a deletion does about the grace period (k8s.io/apiserver registry/rest BeforeDelete).
struct Grace {
    bool pending = false;  ///< already being deleted, and this request does not shorten the time
    bool shortens = false; ///< already being deleted, with more time than this request gives
    int64_t seconds = 0;   ///< 0: at once
};

Grace graceFor(const Strategy &strategy, const json::object &object, std::optional<int64_t> requested) {
    if (requested && *requested < 0)
        requested = 1;
    if (!metaString(object, "deletionTimestamp").empty()) {
        int64_t present = intAt(object, "metadata", "deletionGracePeriodSeconds");
        if (present == 0)
            return {};
        if (!requested || *requested >= present)
            return {.pending = true};
        return {.shortens = true, .seconds = *requested};
    }
    int64_t standard = strategy.defaultGracePeriodSeconds(object);
    return {.seconds = standard > 0 ? requested.value_or(standard) : 0};
}

void markDeleting(const api::ResourceInfo &resource, json::object &object, WallTime now, int64_t seconds) {
    json::object &meta = metadataOf(object);
    auto before = api::Time::parse(textAt(meta, "deletionTimestamp"));
    WallTime start = now;
    if (before && !before->isZero()) // counted from when the first deletion was asked for
        start = **before - std::chrono::seconds(intAt(meta, "deletionGracePeriodSeconds"));
    else if (int64_t generation = generationOf(object))
        meta["generation"] = generation + 1;
    meta["deletionTimestamp"] = api::Time(start + std::chrono::seconds(seconds)).text();
    meta["deletionGracePeriodSeconds"] = seconds;
    if (resource.group.empty() && resource.resource == "namespaces")
        ensureObject(object, "status")["phase"] = "Terminating";
}

/// batch/v1 and v1 promised long ago to leave the pods of a deleted Job and ReplicationController alone.
bool orphansByDefault(const api::ResourceInfo &resource) {
    return (resource.group == "batch" && resource.resource == "jobs") ||
           (resource.group.empty() && resource.resource == "replicationcontrollers");
}

/// Sets the finalizers that make the garbage collector treat the dependents as asked.
void applyPropagation(const api::ResourceInfo &resource, json::object &object, std::string_view policy) {
    std::vector<std::string> finalizers = finalizersOf(object);
    auto has = [&](std::string_view name) { return std::ranges::find(finalizers, name) != finalizers.end(); };
    bool orphan = policy == "Orphan", foreground = policy == "Foreground";
    if (policy.empty()) {
        foreground = has(kForeground);
        orphan = has(kOrphan) || (!foreground && orphansByDefault(resource));
    }
    if (orphan == has(kOrphan) && foreground == has(kForeground))
        return;
    std::erase_if(finalizers, [](const std::string &name) { return name == kOrphan || name == kForeground; });
    if (orphan)
        finalizers.emplace_back(kOrphan);
    if (foreground)
        finalizers.emplace_back(kForeground);
    setFinalizers(object, finalizers);
}

Result<> checkPreconditions(const RequestScope &scope, const json::object &object, Revision revision,
                            const client::DeleteOptions &options) {
    auto conflict = [&](std::string message) {
        return errors::conflict(scope.resource.resource, scope.resource.group, scope.name, std::move(message));
    };
    std::string_view uid = metaString(object, "uid");
    if (!options.preconditionUid.empty() && options.preconditionUid != uid)
        return conflict(fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                    options.preconditionUid, uid));
    if (!options.preconditionResourceVersion.empty() && options.preconditionResourceVersion != std::to_string(revision))
        return conflict(fmt::format("Precondition failed: ResourceVersion in precondition: {}, ResourceVersion in "
                                    "object meta: {}",
                                    options.preconditionResourceVersion, revision));
    return {};
}

} // namespace

Task<Result<Deleted>> Registry::remove(RequestScope &scope, client::DeleteOptions options) {
    CO_TRY(Present present, co_await find(scope));
    co_return co_await removePresent(scope, std::move(present), std::move(options));
}

Task<Result<Deleted>> Registry::removePresent(RequestScope &scope, Present present, client::DeleteOptions options) {
    AdmissionAttributes attributes = admissionAttributes(scope, Operation::Delete);
    attributes.old = &present.object;
    CO_CHECK(co_await m_parts.admission.admit(attributes));
    CO_CHECK(co_await m_parts.admission.validate(attributes));
    while (true) { // every turn means that somebody else's write succeeded
        CO_TRY(std::optional<Deleted> deleted, co_await removeAttempt(scope, present, options));
        if (deleted)
            co_return std::move(*deleted);
    }
}

Task<Result<std::optional<Deleted>>> Registry::removeAttempt(RequestScope &scope, Present &present,
                                                             const client::DeleteOptions &options) {
    CO_CHECK(checkPreconditions(scope, present.object, present.revision, options));
    const Strategy &rules = strategy(scope);
    Grace grace = graceFor(rules, present.object, options.gracePeriodSeconds);
    if (grace.pending)
        co_return Deleted{unchanged(scope, present), false};
    Document fresh = present.object;
    applyPropagation(scope.resource, fresh, options.propagationPolicy);
    rules.prepareForDelete(strategyContext(scope), fresh);
    bool stays = grace.seconds > 0 || hasPendingFinalizers(scope.resource, fresh);
    if (stays && (metaString(fresh, "deletionTimestamp").empty() || grace.shortens))
        markDeleting(scope.resource, fresh, m_parts.clock.now(), grace.seconds);
    if (scope.dryRun) {
        CO_TRY(api::ObjectPtr preview, objectOf(scope.resource, fresh, present.revision));
        co_return Deleted{preview, !stays};
    }
    if (stays && encode(scope.resource, fresh) == encode(scope.resource, present.object))
        co_return Deleted{unchanged(scope, present), false};
    std::string value;
    if (stays) {
        CO_TRY(value, co_await storedText(scope, fresh));
    }
    // Not here: GCC 12 loses track of temporaries in a conditional expression of a coroutine.
    const auto write = [&] {
        return stays ? m_parts.backend.update(storageKey(scope), value, present.revision, leaseSeconds(scope))
                     : m_parts.backend.remove(storageKey(scope), present.revision);
    };
    auto written = co_await write();
    if (!written)
        co_return Failure(std::move(written).error());
    if (written->succeeded) {
        const StrategyContext context = strategyContext(scope);
        if (!stays)
            co_await rules.release(context, present.object, nullptr);
        co_return Deleted{result(scope, written->revision, fresh), !stays};
    }
    CO_TRY(present, co_await newer(scope, *written));
    co_return std::nullopt;
}

/// What the workers of one deletion of a collection share; they run on one serial executor.
struct Registry::CollectionRemoval {
    RequestScope &scope;
    const std::vector<api::ObjectPtr> &objects;
    const client::DeleteOptions &options;
    size_t next = 0;
    std::optional<Status> failure = {};
};

Task<> Registry::removeSome(CollectionRemoval &work) {
    while (work.next < work.objects.size() && !work.failure) {
        const api::ObjectPtr object = work.objects[work.next++];
        RequestScope one{.resource = work.scope.resource,
                         .namespaceName = std::string(object->namespaceName()),
                         .name = std::string(object->name()),
                         .user = work.scope.user,
                         .dryRun = work.scope.dryRun};
        auto removed = co_await remove(one, work.options);
        if (!removed && !isNotFound(removed.error()) && !work.failure)
            work.failure = std::move(removed).error();
    }
}

Task<Result<client::ObjectList>> Registry::removeCollection(RequestScope &scope, client::ListOptions selectors,
                                                            client::DeleteOptions options) {
    // The workers use this frame.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    const Executor executor = co_await boost::asio::this_coro::executor;
    CO_TRY(client::ObjectList listed, co_await list(scope, std::move(selectors)));
    CollectionRemoval work{scope, listed.items, options};
    AsyncEvent ended(executor);
    size_t running = std::min(kCollectionWorkers, listed.items.size());
    std::exception_ptr thrown;
    for (size_t i = 0, workers = running; i < workers; ++i)
        boost::asio::co_spawn(executor, removeSome(work), [&](std::exception_ptr exception) {
            if (exception)
                thrown = exception;
            if (--running == 0)
                ended.notifyAll();
        });
    while (running > 0)
        co_await ended.wait();
    if (thrown)
        std::rethrow_exception(thrown);
    if (work.failure)
        co_return Failure(std::move(*work.failure));
    co_return listed;
}

} // namespace coracle::apiserver
