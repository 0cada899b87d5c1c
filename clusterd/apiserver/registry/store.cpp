#include "clusterd/apiserver/registry/store.h"

#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace coracle::apiserver {

namespace {

constexpr size_t kRootLength = std::string_view("/registry/").size();
constexpr Duration kRevisionWait = std::chrono::seconds(3);
constexpr Duration kTick = std::chrono::seconds(1);
constexpr Duration kRevisionSample = std::chrono::seconds(10);
constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

Failure tooLargeResourceVersion(Revision wanted, Revision current) {
    Failure failure =
        errors::timeout(fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current));
    failure.error().causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}};
    failure.error().retryAfterSeconds = 1;
    return failure;
}

} // namespace

Store::Store(datastore::Backend &backend, Clock &clock, Limits limits)
    : m_backend(backend), m_clock(clock), m_limits(limits) {}

Store::~Store() {
    stop();
}

std::string Store::keyOf(const api::ResourceInfo &resource, std::string_view namespaceName, std::string_view name) {
    return resource.namespaced ? fmt::format("{}/{}/{}", resource.storagePrefix, namespaceName, name)
                               : fmt::format("{}/{}", resource.storagePrefix, name);
}

void Store::stop() {
    m_subscription.reset(); // waits for a running receive()
    std::unique_lock lock(m_mutex);
    m_stopped = true;
    Waiters waiters = takeWaiters(std::nullopt);
    lock.unlock();
    Waiter::wakeAll(std::move(waiters));
}

Result<> Store::health() const {
    std::lock_guard lock(m_mutex);
    if (m_failure)
        return Failure(*m_failure);
    return {};
}

Store::Collection *Store::collectionOf(std::string_view key) const {
    // "/registry/pods/...", "/registry/services/specs/...", "/registry/<group>/<plural>/...": the shortest prefix
    // counts.
    for (size_t slash = key.find('/', kRootLength); slash != key.npos; slash = key.find('/', slash + 1)) {
        auto at = m_collections.find(key.substr(0, slash));
        if (at != m_collections.end())
            return at->second.get();
    }
    return nullptr;
}

Store::CollectionPtr Store::find(const api::ResourceInfo &resource) const {
    auto at = m_collections.find(resource.storagePrefix);
    return at == m_collections.end() ? nullptr : at->second;
}

void Store::receive(Result<std::vector<datastore::Event>> batch) {
    Waiters woken;
    if (!batch) {
        log::error("apiserver", "the datastore's events ended: {}", batch.error().message);
        std::unique_lock lock(m_mutex);
        m_failure = std::move(batch).error();
        woken = takeWaiters(std::nullopt);
        lock.unlock();
        return Waiter::wakeAll(std::move(woken));
    }
    std::vector<std::shared_ptr<StoreEvent>> made; // parsed before the lock is taken
    made.reserve(batch->size());
    for (const datastore::Event &event : *batch)
        made.push_back(serves(event.current.key) ? makeEvent(event) : nullptr);

    std::unique_lock lock(m_mutex);
    // An empty batch says that the log has been read to its end, whatever its last revisions were about.
    m_revision = std::max(m_revision, batch->empty() ? m_logEnd : batch->back().current.modRevision);
    std::vector<Collection *> changed;
    for (size_t i = 0; i < made.size(); ++i) {
        Collection *collection = collectionOf((*batch)[i].current.key);
        if (!collection)
            continue;
        if (collection->loading) {
            collection->pending.push_back((*batch)[i]);
            continue;
        }
        if (!made[i])
            made[i] = makeGoneLocked(*collection, (*batch)[i]);
        if (!made[i])
            continue;
        applyLocked(*collection, std::move(made[i]));
        if (std::ranges::find(changed, collection) == changed.end())
            changed.push_back(collection);
    }
    for (Collection *collection : changed)
        collection->watches.takeDelivered(m_revision, woken);
    std::erase_if(m_revisionWaiters, [&](auto &entry) {
        if (entry.first > m_revision)
            return false;
        woken.push_back(std::move(entry.second));
        return true;
    });
    lock.unlock();
    Waiter::wakeAll(std::move(woken));
}

void Store::applyLocked(Collection &collection, std::shared_ptr<StoreEvent> event) {
    event->previous = event->type == client::EventType::Deleted ? collection.table.erase(ObjectKey::of(*event->object))
                                                                : collection.table.put(event->object);
    collection.watches.offer(event);
    collection.history.append(std::move(event), m_clock.steadyNow(), m_limits);
}

api::ObjectPtr Store::get(const api::ResourceInfo &resource, std::string_view namespaceName,
                          std::string_view name) const {
    std::lock_guard lock(m_mutex);
    const CollectionPtr collection = find(resource);
    return collection ? collection->table.find({namespaceName, name}) : nullptr;
}

std::vector<api::ObjectPtr> Store::list(const api::ResourceInfo &resource, std::string_view namespaceName) const {
    std::vector<api::ObjectPtr> result;
    ObjectTable table = const_cast<Store *>(this)->snapshot(resource).table;
    table.visitNamespace(namespaceName, [&](const api::ObjectPtr &object) {
        result.push_back(object);
        return true;
    });
    return result;
}

int64_t Store::revision(const api::ResourceInfo &resource) const {
    std::lock_guard lock(m_mutex);
    const CollectionPtr collection = find(resource);
    return collection ? collection->history.newest() : 0;
}

Revision Store::revision() const {
    std::lock_guard lock(m_mutex);
    return m_revision;
}

Store::Snapshot Store::snapshot(const api::ResourceInfo &resource) {
    std::lock_guard lock(m_mutex);
    const CollectionPtr collection = find(resource);
    return {collection ? collection->table.snapshot() : ObjectTable(), m_revision};
}

Result<std::optional<Store::Snapshot>> Store::snapshotAt(const api::ResourceInfo &resource, Revision revision) {
    Snapshot result{.revision = revision};
    std::vector<StoreEventPtr> since;
    {
        std::lock_guard lock(m_mutex);
        if (revision < m_expiredBefore)
            return errors::expired(fmt::format("the state at revision {} is no longer kept", revision));
        const CollectionPtr collection = find(resource);
        if (!collection || revision > m_revision || revision < collection->history.begins())
            return std::nullopt;
        result.table = collection->table.snapshot();
        since = collection->history.after(revision, kUnlimited, kUnlimited);
    }
    undo(result.table, since);
    return result;
}

Task<Result<>> Store::waitFor(Revision revision) {
    return waitUntil(revision, m_clock.steadyNow() + kRevisionWait);
}

Task<Result<>> Store::waitUntil(Revision revision, SteadyTime deadline) {
    Executor executor = co_await boost::asio::this_coro::executor;
    while (true) {
        std::shared_ptr<Waiter> waiter;
        {
            std::lock_guard lock(m_mutex);
            if (m_revision >= revision)
                co_return Result<>{};
            if (m_stopped || m_failure)
                co_return errors::serviceUnavailable("the datastore is not available");
            if (m_clock.steadyNow() >= deadline)
                co_return tooLargeResourceVersion(revision, m_revision);
            waiter = std::make_shared<Waiter>(executor, deadline);
            m_revisionWaiters.emplace_back(revision, waiter);
        }
        co_await waiter->wait();
    }
}

api::ObjectPtr Store::written(const api::ResourceInfo &resource, Revision revision) const {
    std::lock_guard lock(m_mutex);
    const CollectionPtr collection = find(resource);
    const StoreEvent *event = collection ? collection->history.find(revision) : nullptr;
    return event ? event->object : nullptr;
}

std::unique_ptr<Store::Registration> Store::registerWatch(const api::ResourceInfo &resource,
                                                          const Selection &selection) {
    std::unique_lock lock(m_mutex);
    CollectionPtr collection = find(resource);
    lock.unlock();
    return std::make_unique<Registration>(m_sharedMutex, std::move(collection), selection);
}

Store::Registration::Registration(std::shared_ptr<std::mutex> mutex, std::shared_ptr<Collection> collection,
                                  const Selection &selection)
    : m_mutex(std::move(mutex)), m_collection(std::move(collection)) {
    std::lock_guard lock(*m_mutex);
    if (m_collection)
        m_group = m_collection->watches.join(selection);
}

Store::Registration::~Registration() {
    std::lock_guard lock(*m_mutex);
    if (m_collection)
        m_collection->watches.leave(m_group);
}

void Store::Registration::forget(const std::shared_ptr<WatchWaiter> &waiter) {
    std::lock_guard lock(*m_mutex);
    if (m_group)
        std::erase(m_group->waiting, waiter);
}

Result<Store::Batch> Store::eventsAfter(const Registration &watch, Revision after, const Executor &executor,
                                        SteadyTime deadline) {
    std::lock_guard lock(m_mutex);
    Collection *collection = watch.m_collection.get();
    if (m_stopped || m_failure || !collection || collection->removed)
        return errors::serviceUnavailable("the watch was closed by the server");
    const EventHistory &history = collection->history;
    if (after < history.begins())
        return errors::expired(fmt::format("too old resource version: {} ({})", after, history.begins()));
    Batch batch{.events = history.after(after, WatchIndex::kItemsMax, WatchIndex::kBytesMax), .through = m_revision};
    if (batch.events.empty()) {
        batch.waiter = std::make_shared<WatchWaiter>(executor, deadline);
        watch.m_group->waiting.push_back(batch.waiter);
    } else if (batch.events.back()->revision < history.newest()) {
        batch.through = batch.events.back()->revision;
    }
    return batch;
}

Store::Waiters Store::takeWaiters(std::optional<SteadyTime> now) {
    Waiters taken;
    for (auto &[prefix, collection] : m_collections)
        collection->watches.takeDue(now, m_revision, taken);
    std::erase_if(m_revisionWaiters, [&](auto &entry) {
        if (now && entry.second->deadline() > *now)
            return false;
        taken.push_back(std::move(entry.second));
        return true;
    });
    return taken;
}

void Store::noteRevisionLocked(SteadyTime now) {
    if (m_pastRevisions.empty() || now - m_pastRevisions.back().first >= kRevisionSample)
        m_pastRevisions.emplace_back(now, m_revision);
    while (now - m_pastRevisions.front().first > m_limits.age) {
        m_expiredBefore = m_pastRevisions.front().second;
        m_pastRevisions.pop_front();
    }
}

Task<> Store::tick() {
    while ((co_await m_clock.sleep(kTick)).has_value()) {
        std::unique_lock lock(m_mutex);
        const SteadyTime now = m_clock.steadyNow();
        noteRevisionLocked(now);
        Waiters waiters = takeWaiters(now);
        for (auto &[prefix, collection] : m_collections)
            collection->history.dropOld(now, m_limits);
        lock.unlock();
        Waiter::wakeAll(std::move(waiters));
    }
}

} // namespace coracle::apiserver
