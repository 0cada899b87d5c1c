#pragma once

#include "clusterd/apiserver/registry/object_table.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/registry/signal.h"
#include "clusterd/datastore/backend.h"
#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/client/client.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::apiserver {

using datastore::Revision;

/// One change of one object, kept for watchers. Immutable once published, but for the encodings, which the first
/// watcher that needs one makes for all.
struct StoreEvent {
    Revision revision = 0;
    client::EventType type = client::EventType::Added; ///< Added, Modified or Deleted
    api::ObjectPtr object;   ///< the new state; for deletes the last state at the delete's revision
    api::ObjectPtr previous; ///< null for Added

    /// The text for an encoding, made by the function when nobody has asked for it before. Thread-safe.
    template<class Make>
    std::shared_ptr<const std::string> encoded(const std::string &encoding, Make make) const {
        std::lock_guard lock(m_mutex);
        std::shared_ptr<const std::string> &text = m_encodings[encoding];
        if (!text)
            text = std::make_shared<const std::string>(make());
        return text;
    }
    /// The previous state at this event's revision: what a watcher gets whose selector the object no longer matches.
    api::ObjectPtr leaving() const;

private:
    mutable std::mutex m_mutex;
    mutable std::map<std::string, std::shared_ptr<const std::string>> m_encodings;
    mutable api::ObjectPtr m_leaving;
};

using StoreEventPtr = std::shared_ptr<const StoreEvent>;

/// Every object of every resource, in memory, as the datastore had it at revision(). Loaded at start and then kept
/// current by the datastore's events. Resources that share a storage prefix share one collection, which holds the
/// objects in their stored version. Thread-safe.
class Store final : public Reader {
public:
    struct Limits {
        size_t eventsMax = 4096;          ///< events kept for watches, per collection
        size_t eventBytesMax = 16u << 20; ///< their objects' bytes, per collection
    };

    Store(datastore::Backend &backend, Clock &clock, Limits limits);
    Store(datastore::Backend &backend, Clock &clock) : Store(backend, clock, Limits()) {}
    ~Store() override;

    /// Makes collections for the built-in resources, loads the datastore and follows it. Tasks live in the gate.
    Task<Result<>> start(Gate &gate);
    /// Ends following; watchers and waiters are woken and fail. Called before the backend stops.
    void stop();
    /// The first error that broke the link to the datastore; the store's content no longer changes then.
    Result<> health() const;

    /// Adds a resource that is not built in; its objects are loaded before this returns.
    Task<Result<>> addResource(const api::ResourceInfo &resource);
    /// Forgets a resource's objects; watches on it end.
    void removeResource(const api::ResourceInfo &resource);

    api::ObjectPtr get(const api::ResourceInfo &resource, std::string_view namespaceName,
                       std::string_view name) const override;
    std::vector<api::ObjectPtr> list(const api::ResourceInfo &resource, std::string_view namespaceName) const override;
    int64_t revision(const api::ResourceInfo &resource) const override;

    /// The newest revision that was applied.
    Revision revision() const;

    struct Snapshot {
        ObjectTable table;
        Revision revision = 0;
        Revision lastChange = 0; ///< the newest revision of the collection itself
    };
    Snapshot snapshot(const api::ResourceInfo &resource);

    /// Waits until the revision was applied. Timeout in the standard words when it does not come within three seconds.
    Task<Result<>> waitFor(Revision revision);

    /// The state that a write left, by its revision; null when it is no longer known.
    api::ObjectPtr written(const api::ResourceInfo &resource, Revision revision) const;

    struct Batch {
        std::vector<StoreEventPtr> events; ///< in order; all have revision > after
        Revision through = 0;              ///< all events up to here are in this batch or were before
        std::shared_ptr<Waiter> waiter;    ///< registered when there are no events: await it, then ask again
    };
    /// Events of a collection after a revision, at most max. Expired when they are no longer all kept. Without events a
    /// waiter is registered that is woken by the next one or at the deadline.
    Result<Batch> eventsAfter(const api::ResourceInfo &resource, Revision after, size_t max, const Executor &executor,
                              SteadyTime deadline);
    /// Ends a wait early (the watcher goes away).
    void forget(const api::ResourceInfo &resource, const std::shared_ptr<Waiter> &waiter);

    /// The datastore's key of an object.
    static std::string keyOf(const api::ResourceInfo &resource, std::string_view namespaceName, std::string_view name);

private:
    struct Collection {
        ObjectTable table;
        std::deque<StoreEventPtr> events;
        size_t eventBytes = 0;
        Revision droppedThrough = 0; ///< events up to here are not in the deque
        Revision lastChange = 0;
        bool loading = false; ///< events wait in `pending` until the first list is in
        std::vector<datastore::Event> pending;
        std::vector<std::shared_ptr<Waiter>> waiters;
    };
    using Waiters = std::vector<std::shared_ptr<Waiter>>;

    Task<Result<>> load();
    Task<Result<>> loadPrefix(std::string prefix, Revision revision);
    void receive(Result<std::vector<datastore::Event>> batch);
    /// Builds the event outside the lock; null when the value is not an object.
    std::shared_ptr<StoreEvent> makeEvent(const datastore::Event &event) const;
    void applyLocked(Collection &collection, std::shared_ptr<StoreEvent> event);
    Collection *collectionOf(std::string_view key) const;
    const Collection *find(const api::ResourceInfo &resource) const;
    Task<> tick(); ///< wakes waiters whose deadline has come
    Waiters takeWaiters(bool all);

    datastore::Backend &m_backend;
    Clock &m_clock;
    const Limits m_limits;
    mutable std::mutex m_mutex; ///< guards all below; held for short, bounded work only
    std::map<std::string, std::unique_ptr<Collection>, std::less<>> m_collections; ///< by storage prefix
    Revision m_revision = 0;
    std::vector<std::pair<Revision, std::shared_ptr<Waiter>>> m_revisionWaiters;
    std::optional<Status> m_failure;
    bool m_stopped = false;
    std::unique_ptr<datastore::Subscription> m_subscription;
};

} // namespace coracle::apiserver
