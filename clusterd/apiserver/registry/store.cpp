#include "clusterd/apiserver/registry/store.h"

#include "clusterd/apiserver/registry/json_scan.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

using client::EventType;

namespace {

constexpr std::string_view kRoot = "/registry/";
constexpr int64_t kLoadPage = 1000;
constexpr Duration kRevisionWait = std::chrono::seconds(3);
constexpr Duration kTick = std::chrono::seconds(1);

Result<api::ObjectPtr> parseStored(const datastore::KeyValue &stored) {
    std::optional<std::string> wire = withResourceVersion(stored.value, stored.modRevision);
    if (!wire)
        return errors::other(fmt::format("the value at {} is not a JSON object with metadata", stored.key));
    return api::Object::parse(std::move(*wire));
}

Failure tooLargeResourceVersion(Revision wanted, Revision current) {
    Failure failure = errors::timeout(fmt::format("Too large resource version: {}, current: {}", wanted, current));
    failure.error().causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}};
    failure.error().retryAfterSeconds = 1;
    return failure;
}

} // namespace

api::ObjectPtr StoreEvent::leaving() const {
    std::lock_guard lock(m_mutex);
    if (!m_leaving && previous) {
        std::optional<std::string> wire = withResourceVersion(previous->json(), revision);
        auto parsed = api::Object::parse(wire ? std::move(*wire) : previous->json());
        m_leaving = parsed ? *parsed : previous;
    }
    return m_leaving;
}

Store::Store(datastore::Backend &backend, Clock &clock, Limits limits)
    : m_backend(backend), m_clock(clock), m_limits(limits) {}

Store::~Store() {
    stop();
}

std::string Store::keyOf(const api::ResourceInfo &resource, std::string_view namespaceName, std::string_view name) {
    return resource.namespaced ? fmt::format("{}/{}/{}", resource.storagePrefix, namespaceName, name)
                               : fmt::format("{}/{}", resource.storagePrefix, name);
}

Task<Result<>> Store::start(Gate &gate) {
    for (const api::ResourceInfo &resource : api::builtinResources()) {
        if (!resource.storagePrefix.empty())
            m_collections.try_emplace(std::string(resource.storagePrefix), std::make_unique<Collection>());
    }
    CO_CHECK(co_await load());
    auto sink = [this](Result<std::vector<datastore::Event>> batch) { receive(std::move(batch)); };
    CO_TRY(m_subscription, m_backend.watch(std::string(kRoot), m_revision, std::move(sink)));
    gate.spawn([this] { return tick(); });
    co_return Result<>{};
}

void Store::stop() {
    m_subscription.reset(); // waits for a running receive()
    std::unique_lock lock(m_mutex);
    m_stopped = true;
    Waiters waiters = takeWaiters(true);
    lock.unlock();
    wakeAll(std::move(waiters));
}

Result<> Store::health() const {
    std::lock_guard lock(m_mutex);
    if (m_failure)
        return Failure(*m_failure);
    return {};
}

Task<Result<>> Store::load() {
    Revision revision = m_backend.currentRevision();
    CO_CHECK(co_await loadPrefix(std::string(kRoot), revision));
    std::lock_guard lock(m_mutex);
    m_revision = revision;
    for (auto &[prefix, collection] : m_collections)
        collection->droppedThrough = collection->lastChange = revision;
    co_return Result<>{};
}

Task<Result<>> Store::loadPrefix(std::string prefix, Revision revision) {
    std::string next;
    while (true) {
        auto page = co_await m_backend.list(prefix, next, kLoadPage, revision);
        if (!page)
            co_return Failure(withContext("cannot load the datastore", std::move(page).error()));
        for (const datastore::KeyValue &stored : page->items) {
            auto object = parseStored(stored);
            if (!object) {
                log::warning("apiserver", "an object is left out: {}", object.error().message);
                continue;
            }
            std::lock_guard lock(m_mutex);
            if (Collection *collection = collectionOf(stored.key))
                collection->table.put(std::move(*object));
        }
        if (!page->more || page->items.empty())
            co_return Result<>{};
        next = page->items.back().key + '\0';
    }
}

Task<Result<>> Store::addResource(const api::ResourceInfo &resource) {
    std::string prefix(resource.storagePrefix);
    Collection *collection = nullptr;
    {
        std::lock_guard lock(m_mutex);
        auto [at, added] = m_collections.try_emplace(prefix);
        if (!added)
            co_return Result<>{};
        at->second = std::make_unique<Collection>();
        collection = at->second.get();
        collection->loading = true;
    }
    Revision revision = m_backend.currentRevision();
    auto loaded = co_await loadPrefix(prefix + "/", revision);
    std::unique_lock lock(m_mutex);
    if (!loaded) {
        m_collections.erase(prefix);
        co_return loaded;
    }
    collection->loading = false;
    collection->droppedThrough = collection->lastChange = revision;
    for (const datastore::Event &event : std::exchange(collection->pending, {})) {
        if (event.current.modRevision <= revision)
            continue;
        if (std::shared_ptr<StoreEvent> made = makeEvent(event))
            applyLocked(*collection, std::move(made));
    }
    co_return Result<>{};
}

void Store::removeResource(const api::ResourceInfo &resource) {
    std::unique_lock lock(m_mutex);
    auto at = m_collections.find(resource.storagePrefix);
    if (at == m_collections.end())
        return;
    Waiters waiters = std::move(at->second->waiters);
    m_collections.erase(at);
    lock.unlock();
    wakeAll(std::move(waiters));
}

Store::Collection *Store::collectionOf(std::string_view key) const {
    // "/registry/pods/...", "/registry/services/specs/...", "/registry/<group>/<plural>/...": the shortest prefix
    // counts.
    for (size_t slash = key.find('/', kRoot.size()); slash != key.npos; slash = key.find('/', slash + 1)) {
        auto at = m_collections.find(key.substr(0, slash));
        if (at != m_collections.end())
            return at->second.get();
    }
    return nullptr;
}

const Store::Collection *Store::find(const api::ResourceInfo &resource) const {
    auto at = m_collections.find(resource.storagePrefix);
    return at == m_collections.end() ? nullptr : at->second.get();
}

std::shared_ptr<StoreEvent> Store::makeEvent(const datastore::Event &event) const {
    auto made = std::make_shared<StoreEvent>();
    made->revision = event.current.modRevision;
    made->type = event.deleted ? EventType::Deleted : event.created ? EventType::Added : EventType::Modified;
    auto object = parseStored(event.current);
    if (!object) {
        log::warning("apiserver", "a change is left out: {}", object.error().message);
        return nullptr;
    }
    made->object = std::move(*object);
    return made;
}

void Store::receive(Result<std::vector<datastore::Event>> batch) {
    if (!batch) {
        log::error("apiserver", "the datastore's events ended: {}", batch.error().message);
        std::unique_lock lock(m_mutex);
        m_failure = std::move(batch).error();
        Waiters waiters = takeWaiters(true);
        lock.unlock();
        return wakeAll(std::move(waiters));
    }
    std::vector<std::shared_ptr<StoreEvent>> made; // parsed before the lock is taken
    made.reserve(batch->size());
    for (const datastore::Event &event : *batch)
        made.push_back(makeEvent(event));

    Waiters waiters;
    std::unique_lock lock(m_mutex);
    for (size_t i = 0; i < made.size(); ++i) {
        Collection *collection = collectionOf((*batch)[i].current.key);
        m_revision = std::max(m_revision, (*batch)[i].current.modRevision);
        if (!collection || !made[i])
            continue;
        if (collection->loading) {
            collection->pending.push_back((*batch)[i]);
            continue;
        }
        applyLocked(*collection, std::move(made[i]));
        waiters.insert(waiters.end(), collection->waiters.begin(), collection->waiters.end());
        collection->waiters.clear();
    }
    std::erase_if(m_revisionWaiters, [&](auto &entry) {
        if (entry.first > m_revision)
            return false;
        waiters.push_back(std::move(entry.second));
        return true;
    });
    lock.unlock();
    wakeAll(std::move(waiters));
}

void Store::applyLocked(Collection &collection, std::shared_ptr<StoreEvent> event) {
    event->previous = event->type == EventType::Deleted ? collection.table.erase(ObjectKey::of(*event->object))
                                                        : collection.table.put(event->object);
    collection.lastChange = event->revision;
    collection.eventBytes += event->object->json().size();
    collection.events.push_back(std::move(event));
    while (collection.events.size() > m_limits.eventsMax ||
           (collection.eventBytes > m_limits.eventBytesMax && collection.events.size() > 1)) {
        collection.eventBytes -= collection.events.front()->object->json().size();
        collection.droppedThrough = collection.events.front()->revision;
        collection.events.pop_front();
    }
}

api::ObjectPtr Store::get(const api::ResourceInfo &resource, std::string_view namespaceName,
                          std::string_view name) const {
    std::lock_guard lock(m_mutex);
    const Collection *collection = find(resource);
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
    const Collection *collection = find(resource);
    return collection ? collection->lastChange : 0;
}

Revision Store::revision() const {
    std::lock_guard lock(m_mutex);
    return m_revision;
}

Store::Snapshot Store::snapshot(const api::ResourceInfo &resource) {
    std::lock_guard lock(m_mutex);
    auto at = m_collections.find(resource.storagePrefix);
    if (at == m_collections.end())
        return {.revision = m_revision};
    return {at->second->table.snapshot(), m_revision, at->second->lastChange};
}

Task<Result<>> Store::waitFor(Revision revision) {
    Executor executor = co_await boost::asio::this_coro::executor;
    SteadyTime deadline = m_clock.steadyNow() + kRevisionWait;
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
    const Collection *collection = find(resource);
    if (!collection)
        return nullptr;
    auto at = std::lower_bound(collection->events.begin(), collection->events.end(), revision,
                               [](const StoreEventPtr &event, Revision r) { return event->revision < r; });
    return at != collection->events.end() && (*at)->revision == revision ? (*at)->object : nullptr;
}

Result<Store::Batch> Store::eventsAfter(const api::ResourceInfo &resource, Revision after, size_t max,
                                        const Executor &executor, SteadyTime deadline) {
    std::lock_guard lock(m_mutex);
    auto at = m_collections.find(resource.storagePrefix);
    if (m_stopped || m_failure || at == m_collections.end())
        return errors::serviceUnavailable("the watch was closed by the server");
    Collection &collection = *at->second;
    if (after < collection.droppedThrough)
        return errors::expired(fmt::format("too old resource version: {} ({})", after, collection.droppedThrough));
    Batch batch{.through = m_revision};
    auto event = std::upper_bound(collection.events.begin(), collection.events.end(), after,
                                  [](Revision r, const StoreEventPtr &e) { return r < e->revision; });
    for (; event != collection.events.end() && batch.events.size() < max; ++event)
        batch.events.push_back(*event);
    if (event != collection.events.end())
        batch.through = batch.events.back()->revision;
    if (batch.events.empty()) {
        batch.waiter = std::make_shared<Waiter>(executor, deadline);
        collection.waiters.push_back(batch.waiter);
    }
    return batch;
}

void Store::forget(const api::ResourceInfo &resource, const std::shared_ptr<Waiter> &waiter) {
    std::lock_guard lock(m_mutex);
    auto at = m_collections.find(resource.storagePrefix);
    if (at != m_collections.end())
        std::erase(at->second->waiters, waiter);
}

Store::Waiters Store::takeWaiters(bool all) {
    Waiters taken;
    SteadyTime now = m_clock.steadyNow();
    auto due = [&](const std::shared_ptr<Waiter> &waiter) {
        if (!all && waiter->deadline() > now)
            return false;
        taken.push_back(waiter);
        return true;
    };
    for (auto &[prefix, collection] : m_collections)
        std::erase_if(collection->waiters, due);
    std::erase_if(m_revisionWaiters, [&](auto &entry) { return due(entry.second); });
    return taken;
}

Task<> Store::tick() {
    while ((co_await m_clock.sleep(kTick)).has_value()) {
        std::unique_lock lock(m_mutex);
        Waiters waiters = takeWaiters(false);
        lock.unlock();
        wakeAll(std::move(waiters));
    }
}

} // namespace coracle::apiserver
