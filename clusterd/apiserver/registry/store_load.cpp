#include "clusterd/apiserver/registry/json_scan.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/registry/stored_object.h"
#include "core/base/log.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kRoot = "/registry/";
constexpr int64_t kLoadPage = 1000;
constexpr Revision kReplayMax = 2000;                      ///< writes of the log that are read again at the start
constexpr Duration kReplayWait = std::chrono::seconds(60); ///< for them
constexpr int kLoadAttempts = 3;

/// The object's key in its collection, by its path; cluster-scoped objects have no namespace.
api::ObjectPtr findByPath(const ObjectTable &table, std::string_view path) {
    const size_t slash = path.rfind('/');
    const std::string_view name = path.substr(slash + 1), folder = path.substr(0, slash);
    api::ObjectPtr object = table.find({folder.substr(folder.rfind('/') + 1), name});
    return object ? object : table.find({{}, name});
}

} // namespace

std::shared_ptr<StoreEvent> Store::makeEvent(const datastore::Event &event) const {
    auto made = std::make_shared<StoreEvent>();
    made->revision = event.current.modRevision;
    made->type = event.deleted   ? client::EventType::Deleted
                 : event.created ? client::EventType::Added
                                 : client::EventType::Modified;
    auto object = readStored(event.current);
    if (!object) {
        log::error("apiserver", "{}; it is left out", object.error().message);
        return nullptr;
    }
    made->object = std::move(*object);
    if (auto reform = reformOf(event.current.key))
        made->object = (*reform)(std::move(made->object));
    return made;
}

Task<Result<>> Store::start(Gate &gate) {
    for (const auto resources : {api::builtinResources(), api::optionalResources()})
        for (const api::ResourceInfo &resource : resources)
            if (!resource.storagePrefix.empty())
                m_collections.try_emplace(std::string(resource.storagePrefix), std::make_shared<Collection>());
    gate.spawn([this] { return tick(); });
    co_return co_await load();
}

Task<Result<>> Store::load() {
    for (int attempt = 1;; ++attempt) {
        const Revision newest = m_backend.currentRevision();
        // Revision 0 would be the newest one.
        const Revision oldest =
            std::max({m_backend.compactRevision(), newest - kReplayMax, std::min<Revision>(newest, 1)});
        auto loaded = co_await loadAt(attempt < kLoadAttempts ? oldest : newest);
        // The log may be compacted in the middle.
        if (loaded || !isExpired(loaded.error()) || attempt == kLoadAttempts)
            co_return loaded;
    }
}

Task<Result<>> Store::loadAt(Revision revision) {
    m_subscription.reset();
    const Revision newest = m_backend.currentRevision();
    {
        std::lock_guard lock(m_mutex);
        m_failure.reset();
        m_revision = revision;
        m_logEnd = newest;
        for (auto &[prefix, collection] : m_collections) {
            collection->table = ObjectTable();
            collection->history.begin(revision);
        }
    }
    CO_CHECK(co_await loadPrefix(std::string(kRoot), revision));
    co_return co_await follow(revision, newest);
}

/// From the log first, up to a revision; and then on.
Task<Result<>> Store::follow(Revision after, Revision upTo) {
    auto sink = [this](Result<std::vector<datastore::Event>> batch) { receive(std::move(batch)); };
    CO_TRY(m_subscription, m_backend.watch(std::string(kRoot), after, std::move(sink)));
    auto caughtUp = co_await waitUntil(upTo, m_clock.steadyNow() + kReplayWait);
    std::lock_guard lock(m_mutex);
    if (m_failure)
        co_return Failure(*m_failure);
    noteRevisionLocked(m_clock.steadyNow());
    co_return caughtUp;
}

Task<Result<>> Store::loadPrefix(std::string prefix, Revision revision) {
    std::string next;
    while (true) {
        auto page = co_await m_backend.list(prefix, next, kLoadPage, revision);
        if (!page)
            co_return Failure(withContext("cannot load the datastore", std::move(page).error()));
        for (const datastore::KeyValue &stored : page->items) {
            if (!serves(stored.key))
                continue;
            auto object = readStored(stored);
            if (!object) {
                log::error("apiserver", "{}; it is left out", object.error().message);
                continue;
            }
            if (auto reform = reformOf(stored.key))
                *object = (*reform)(std::move(*object));
            std::lock_guard lock(m_mutex);
            if (Collection *collection = collectionOf(stored.key))
                collection->table.put(std::move(*object));
        }
        if (!page->more || page->items.empty())
            co_return Result<>{};
        next = page->items.back().key + '\0';
    }
}

bool Store::serves(std::string_view key) const {
    std::lock_guard lock(m_mutex);
    return collectionOf(key) != nullptr;
}

std::shared_ptr<StoreEvent> Store::makeGoneLocked(const Collection &collection, const datastore::Event &event) const {
    auto made = std::make_shared<StoreEvent>();
    made->revision = event.current.modRevision;
    made->type = client::EventType::Deleted;
    const api::ObjectPtr present = findByPath(collection.table, event.current.key);
    if (!present)
        return nullptr;
    auto wire = withResourceVersion(present->json(), made->revision);
    auto object = api::Object::parse(wire ? std::move(*wire) : present->json());
    made->object = object ? std::move(*object) : present;
    return made;
}

std::shared_ptr<const Store::Reform> Store::reformOf(std::string_view key) const {
    if (!m_reforms)
        return nullptr;
    std::lock_guard lock(m_mutex);
    const Collection *collection = collectionOf(key);
    return collection ? collection->reform : nullptr;
}

Task<Result<>> Store::addResource(const api::ResourceInfo &resource, Reform reform) {
    std::string prefix(resource.storagePrefix);
    auto collection = std::make_shared<Collection>();
    collection->loading = true;
    if (reform) {
        collection->reform = std::make_shared<const Reform>(std::move(reform));
        m_reforms = true;
    }
    {
        std::lock_guard lock(m_mutex);
        if (!m_collections.try_emplace(prefix, collection).second)
            co_return Result<>{};
    }
    Revision revision = m_backend.currentRevision();
    auto loaded = co_await loadPrefix(prefix + "/", revision);
    std::unique_lock lock(m_mutex);
    if (!loaded) {
        m_collections.erase(prefix);
        co_return loaded;
    }
    collection->loading = false;
    collection->history.begin(revision);
    for (const datastore::Event &event : std::exchange(collection->pending, {})) {
        if (event.current.modRevision <= revision)
            continue;
        std::shared_ptr<StoreEvent> made = makeEvent(event);
        if (!made)
            made = makeGoneLocked(*collection, event);
        if (made)
            applyLocked(*collection, std::move(made));
    }
    co_return Result<>{};
}

Task<Result<>> Store::reformResource(const api::ResourceInfo &resource, Reform reform) {
    const std::string prefix(resource.storagePrefix);
    std::unique_lock lock(m_mutex);
    const CollectionPtr collection = find(resource);
    if (!collection)
        co_return errors::internal("no resource is stored at " + prefix);
    collection->reform = std::make_shared<const Reform>(reform);
    lock.unlock();
    std::string next;
    for (bool more = true; more;) {
        CO_TRY(datastore::ListResult page, co_await m_backend.list(prefix + "/", next, kLoadPage, 0));
        for (const datastore::KeyValue &stored : page.items) {
            auto object = readStored(stored);
            if (!object)
                continue;
            *object = reform(std::move(*object));
            std::lock_guard put(m_mutex);
            const api::ObjectPtr present = collection->table.find(ObjectKey::of(**object));
            if (present && present->resourceVersion() == (*object)->resourceVersion())
                collection->table.put(std::move(*object));
        }
        more = page.more && !page.items.empty();
        if (more)
            next = page.items.back().key + '\0';
    }
    lock.lock();
    collection->history.begin(collection->history.newest()); // its events hold objects of the old form
    co_return Result<>{};
}

void Store::removeResource(const api::ResourceInfo &resource) {
    std::unique_lock lock(m_mutex);
    auto at = m_collections.find(resource.storagePrefix);
    if (at == m_collections.end())
        return;
    Waiters woken;
    at->second->removed = true;
    at->second->watches.takeDue(std::nullopt, m_revision, woken);
    m_collections.erase(at);
    lock.unlock();
    Waiter::wakeAll(std::move(woken));
}

} // namespace coracle::apiserver
