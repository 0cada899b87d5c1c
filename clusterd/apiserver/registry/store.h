#pragma once

#include "clusterd/apiserver/registry/event_history.h"
#include "clusterd/apiserver/registry/object_table.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/registry/signal.h"
#include "clusterd/apiserver/registry/store_event.h"
#include "clusterd/apiserver/registry/watch_index.h"
#include "clusterd/datastore/backend.h"
#include "core/base/clock.h"
#include "core/base/gate.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// Every object of every resource, in memory, as the datastore had it at revision(). Loaded at start and then kept
/// current by the datastore's events. Resources that share a storage prefix share one collection, which holds the
/// objects in their stored version. Thread-safe.
class Store final : public Reader {
public:
    using Limits = EventHistory::Limits; ///< of each collection's history

    Store(datastore::Backend &backend, Clock &clock, Limits limits);
    Store(datastore::Backend &backend, Clock &clock) : Store(backend, clock, Limits()) {}
    ~Store() override;

    /// Makes collections for the built-in resources, also for those that may be off, loads the datastore and follows
    /// it. The state is loaded as of a past revision and the log from there on read like news, so that watches can go
    /// on where they were before a restart. Tasks live in the gate.
    Task<Result<>> start(Gate &gate);
    /// Ends following; watchers and waiters are woken and fail. Called before the backend stops.
    void stop();
    /// The first error that broke the link to the datastore; the store's content no longer changes then.
    Result<> health() const;

    /// Brings an object from the datastore into the form that is kept; called on any thread, must not wait.
    using Reform = std::function<api::ObjectPtr(api::ObjectPtr)>;
    /// Adds a resource that is not built in; its objects are loaded before this returns.
    Task<Result<>> addResource(const api::ResourceInfo &resource, Reform reform = Reform());
    /// Brings all objects of such a resource into another form (its definition changed), from what the datastore
    /// holds. Watches go on; those that lag behind are Expired.
    Task<Result<>> reformResource(const api::ResourceInfo &resource, Reform reform);
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
        Revision revision = 0; ///< that the table is at
    };
    /// The newest state.
    Snapshot snapshot(const api::ResourceInfo &resource);
    /// The state at a past revision; nothing when it is further back than the history goes. Expired when it has been
    /// past for longer than Limits::age, as if the datastore were compacted up to there each time.
    Result<std::optional<Snapshot>> snapshotAt(const api::ResourceInfo &resource, Revision revision);

    /// Waits until the revision was applied. Timeout in the standard words when it does not come within three seconds.
    Task<Result<>> waitFor(Revision revision);

    /// The state that a write left, by its revision; null when it is no longer known.
    api::ObjectPtr written(const api::ResourceInfo &resource, Revision revision) const;

    /// A watch's membership in its group, until it is destroyed.
    class Registration;
    std::unique_ptr<Registration> registerWatch(const api::ResourceInfo &resource, const Selection &selection);

    struct Batch {
        std::vector<StoreEventPtr> events;   ///< of the collection, in order, all after the revision that was asked for
        Revision through = 0;                ///< all events up to here are in this batch or were before
        std::shared_ptr<WatchWaiter> waiter; ///< when there are no events: await it, then see what it brought
    };
    /// Events of a collection after a revision. Expired when they are no longer all kept. Without events a waiter is
    /// registered that is woken by the next one that concerns the watch, or at the deadline.
    Result<Batch> eventsAfter(const Registration &watch, Revision after, const Executor &executor, SteadyTime deadline);

    /// The datastore's key of an object.
    static std::string keyOf(const api::ResourceInfo &resource, std::string_view namespaceName, std::string_view name);

private:
    struct Collection {
        ObjectTable table;
        EventHistory history;
        WatchIndex watches;
        bool removed = false;                 ///< what still watches it ends
        bool loading = false;                 ///< events wait in `pending` until the first list is in
        std::shared_ptr<const Reform> reform; ///< null: objects are kept as they are stored
        std::vector<datastore::Event> pending;
    };
    using CollectionPtr = std::shared_ptr<Collection>;
    using Waiters = std::vector<std::shared_ptr<Waiter>>;

    Task<Result<>> load();
    Task<Result<>> loadAt(Revision revision);
    Task<Result<>> follow(Revision after, Revision upTo);
    Task<Result<>> waitUntil(Revision revision, SteadyTime deadline);
    Task<Result<>> loadPrefix(std::string prefix, Revision revision);
    std::shared_ptr<const Reform> reformOf(std::string_view key) const;
    void receive(Result<std::vector<datastore::Event>> batch);
    /// Builds the event outside the lock; null when the value is not an object.
    std::shared_ptr<StoreEvent> makeEvent(const datastore::Event &event) const;
    /// Whether a collection holds what is at this key; other values are nobody's objects.
    bool serves(std::string_view key) const;
    /// For a value that cannot be read: what was there is gone. Null when nothing was.
    std::shared_ptr<StoreEvent> makeGoneLocked(const Collection &collection, const datastore::Event &event) const;
    void applyLocked(Collection &collection, std::shared_ptr<StoreEvent> event);
    Collection *collectionOf(std::string_view key) const;
    CollectionPtr find(const api::ResourceInfo &resource) const;
    Task<> tick(); ///< wakes waiters whose deadline has come, lets what is old go
    void noteRevisionLocked(SteadyTime now);
    /// All, or those whose deadline has come.
    Waiters takeWaiters(std::optional<SteadyTime> now);

    datastore::Backend &m_backend;
    Clock &m_clock;
    const Limits m_limits;
    const std::shared_ptr<std::mutex> m_sharedMutex = std::make_shared<std::mutex>(); ///< watches may outlive the store
    std::mutex &m_mutex = *m_sharedMutex; ///< guards all below; held for short, bounded work only
    std::map<std::string, CollectionPtr, std::less<>> m_collections; ///< by storage prefix
    Revision m_revision = 0;
    Revision m_logEnd = 0; ///< while the log is read at the start: its newest revision then
    std::vector<std::pair<Revision, std::shared_ptr<Waiter>>> m_revisionWaiters;
    std::deque<std::pair<SteadyTime, Revision>> m_pastRevisions; ///< what was the newest when, for Limits::age
    Revision m_expiredBefore = 0;
    std::optional<Status> m_failure;
    bool m_stopped = false;
    std::unique_ptr<datastore::Subscription> m_subscription;
    std::atomic<bool> m_reforms = false; ///< some collection has a form of its own
};

/// Belongs to one watch.
class Store::Registration {
public:
    Registration(std::shared_ptr<std::mutex> mutex, CollectionPtr collection, const Selection &selection);
    Registration(const Registration &) = delete;
    Registration &operator=(const Registration &) = delete;
    ~Registration();

    /// Ends a wait early (the watcher goes away).
    void forget(const std::shared_ptr<WatchWaiter> &waiter);

private:
    friend class Store;
    const std::shared_ptr<std::mutex> m_mutex;      ///< the store's
    const std::shared_ptr<Collection> m_collection; ///< null when there is no such resource
    std::shared_ptr<WatchGroup> m_group;
};

} // namespace coracle::apiserver
