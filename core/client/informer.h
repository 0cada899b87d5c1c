#pragma once

#include "core/base/async_event.h"
#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/client/client.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

/// Shared informers, as client-go has them (tools/cache): a local, always current copy of a collection, kept by list
/// and watch. Objects are shared with the API server's cache when the client is local, so that a copy costs pointers
/// only.
namespace coracle::client {

/// Computes the index values of an object, for example the names of its node.
using IndexFunction = std::function<void(const ObjectPtr &, std::vector<std::string> &values)>;

class Informer {
public:
    /// What changed: before is null for additions, after is null for deletions.
    using Handler = std::function<void(const ObjectPtr &before, const ObjectPtr &after)>;

    Informer(Client &client, const ResourceInfo &resource, Clock &clock, std::string namespaceName = {},
             std::string labelSelector = {}, std::string fieldSelector = {});
    Informer(const Informer &) = delete;
    Informer &operator=(const Informer &) = delete;

    const ResourceInfo &resource() const { return m_resource; }

    /// Before start(): an index, looked up by byIndex().
    void addIndex(std::string name, IndexFunction function);
    bool hasIndex(std::string_view name) const;
    /// Called on the informer's executor for every change; a handler added after start() first sees all objects.
    void addHandler(Handler handler);

    /// Lists and watches until the gate closes; errors are retried with back-off.
    void start(Gate &gate);
    /// Handlers see nothing more. The informer may be destroyed once it has ended().
    void stop() { m_stopped = true; }
    bool ended() const { return m_ended; }
    /// The first list is complete and was handed to the handlers.
    bool synced() const { return m_synced; }
    /// Waits until synced() or the gate closes; on the executor of the gate.
    Task<> waitSynced();

    // Lookups; on the informer's executor only.
    ObjectPtr get(std::string_view namespaceName, std::string_view name) const;
    ObjectPtr get(std::string_view key) const; ///< "namespace/name" or "name"
    std::vector<ObjectPtr> list() const;
    std::vector<ObjectPtr> listNamespace(std::string_view namespaceName) const;
    std::vector<ObjectPtr> byIndex(std::string_view index, std::string_view value) const;
    size_t size() const { return m_objects.size(); }

private:
    struct Index {
        std::string name;
        IndexFunction function;
        std::unordered_map<std::string, std::set<std::string, std::less<>>> keys; ///< value -> object keys
    };

    Task<> run();
    Task<> repeat();
    Task<Result<>> listAndWatch();
    Task<Result<>> relist();
    Task<Result<>> follow();
    void apply(const ObjectPtr &object, bool deleted);
    void notify(const ObjectPtr &before, const ObjectPtr &after);
    void unindex(const std::string &key, const ObjectPtr &object);
    void index(const std::string &key, const ObjectPtr &object);

    Client &m_client;
    const ResourceInfo &m_resource;
    Clock &m_clock;
    std::string m_namespace, m_labelSelector, m_fieldSelector;
    std::string m_resourceVersion;
    std::map<std::string, ObjectPtr, std::less<>> m_objects; ///< by key, so that a namespace is one range
    std::vector<Index> m_indexes;
    std::vector<Handler> m_handlers;
    bool m_synced = false, m_stopped = false, m_ended = false;
    Gate *m_gate = nullptr;
    std::unique_ptr<AsyncEvent> m_syncedEvent;
};

} // namespace coracle::client
