#pragma once

#include "clusterd/apiserver/admission/admission.h"
#include "clusterd/apiserver/registry/create_action.h"
#include "clusterd/apiserver/registry/object_source.h"
#include "clusterd/apiserver/registry/request_scope.h"
#include "clusterd/apiserver/registry/store.h"
#include "clusterd/apiserver/registry/store_watch.h"
#include "clusterd/apiserver/strategy/strategy.h"
#include "core/api/managed_fields.h"
#include "core/base/random.h"
#include "core/client/client.h"

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace coracle::apiserver {

/// What a write left.
struct Written {
    api::ObjectPtr object; ///< in the request's version
    bool created = false;
};

struct Deleted {
    api::ObjectPtr object; ///< the last or the present state, in the request's version
    bool gone = false;     ///< false: it still exists, waiting for finalizers or its grace period
};

/// Parameters of a watch, as ?watch=true has them.
struct WatchParameters {
    client::WatchOptions options;
    std::optional<bool> sendInitialEvents;
    std::optional<Duration> timeout;
};

struct ListPage;

/// Every operation on stored objects, one mechanism for all kinds (k8s.io/apiserver registry/generic). It decodes
/// nothing and authorizes nothing: bodies come as documents, users as they were found out. What is particular to a kind
/// is in its Strategy. Thread-safe; a request runs on its caller's executor, which must be serial. Writes go on to
/// their end when the caller is cancelled.
class Registry {
public:
    struct Parts {
        Store &store;
        datastore::Backend &backend;
        Clock &clock;
        Random &random;
        AdmissionChain &admission;
        const StrategyTable &strategies;
        std::chrono::seconds eventTtl{3600};
    };

    explicit Registry(Parts parts);

    Store &store() { return m_parts.store; }
    Clock &clock() { return m_parts.clock; }

    /// Serves POST on a resource or sub-resource that is not stored. Before the first request only.
    void addAction(std::string_view group, std::string_view resource, std::string_view subresource,
                   CreateAction &action);
    /// Null when there is none.
    CreateAction *actionFor(const RequestScope &scope) const;

    /// Serves GET on a resource that is not stored. Before the first request only; the source outlives the registry's
    /// requests.
    void addSource(const api::ResourceInfo &resource, ObjectSource &source);

    /// Rules of a kind that take the place of those in the table. Before the first request only.
    void addStrategy(const api::ResourceInfo &resource, const Strategy &strategy);

    Task<Result<api::ObjectPtr>> get(RequestScope &scope, std::string resourceVersion);
    Task<Result<client::ObjectList>> list(RequestScope &scope, client::ListOptions options);
    Task<Result<std::unique_ptr<StoreWatch>>> watch(RequestScope &scope, WatchParameters parameters);

    Task<Result<Written>> create(RequestScope &scope, boost::json::object object);
    Task<Result<Written>> update(RequestScope &scope, boost::json::object object);
    Task<Result<Written>> patch(RequestScope &scope, client::PatchType type, boost::json::value body, bool force);
    Task<Result<Deleted>> remove(RequestScope &scope, client::DeleteOptions options);
    /// Deletes what the options list, some at a time; the result is that list. It ends at the first error, with a part
    /// of the objects deleted.
    Task<Result<client::ObjectList>> removeCollection(RequestScope &scope, client::ListOptions selectors,
                                                      client::DeleteOptions options);

    /// pods/binding: assigns the pod to a node.
    Task<Result<>> bind(RequestScope &scope, boost::json::object binding);
    /// Admission of a request that is passed on to a pod, service or node (exec, attach, portforward, proxy).
    Task<Result<>> admitConnect(RequestScope &scope, boost::json::object options);
    /// pods/eviction: deletes the pod when its disruption budgets allow it. The options are those of the Eviction.
    Task<Result<>> evict(RequestScope &scope, client::DeleteOptions options);

private:
    using Document = boost::json::object;
    /// Makes the new state of an object from the present one, which is without metadata.resourceVersion.
    using Change = std::function<Result<Document>(const Document &current, Revision revision)>;

    struct Present {
        Document object;
        Revision revision = 0;
        api::ObjectPtr wire; ///< in stored form
    };

    Task<Result<Present>> present(const RequestScope &scope, api::ObjectPtr stored) const;
    Task<Result<Present>> find(const RequestScope &scope) const;
    /// The state that was found, as an object in the request's version.
    api::ObjectPtr unchanged(const RequestScope &scope, const Present &present) const;
    Failure notFound(const RequestScope &scope) const;
    StrategyContext strategyContext(const RequestScope &scope) const;
    const Strategy &strategy(const RequestScope &scope) const;
    AdmissionAttributes admissionAttributes(RequestScope &scope, Operation operation) const;
    std::string storageKey(const RequestScope &scope) const;
    int64_t leaseSeconds(const RequestScope &scope) const;

    /// Creates an object that says who owns its fields.
    Task<Result<Written>> createOwned(RequestScope &scope, Document object);
    Result<> prepareCreate(RequestScope &scope, Document &object);
    Task<Result<Written>> insert(RequestScope &scope, Document object);

    /// Reads, changes and writes until no other write came in between.
    Task<Result<Written>> modify(RequestScope &scope, Change change);
    Result<> prepareUpdate(RequestScope &scope, Document &fresh, const Document &old);
    /// One attempt; nothing when another write came in between, and then `present` is what it left.
    Task<Result<std::optional<Written>>> attempt(RequestScope &scope, Present &present, Document fresh);
    Task<Result<std::optional<Written>>> replace(RequestScope &scope, Present &present, Document fresh);

    /// Writes what the change makes as it is: for changes that the server makes itself, past admission and strategy.
    Task<Result<>> overwrite(RequestScope &scope, Change change);
    /// What another write left behind a failed compare-and-swap.
    Task<Result<Present>> newer(const RequestScope &scope, const datastore::UpdateResult &failed) const;

    /// The revision that the page shows: exactly that one, where it is not 0.
    Task<Result<Revision>> readPage(ListPage &page, Revision exactly);
    Task<Result<client::ObjectList>> listSource(ObjectSource &source, const RequestScope &scope,
                                                const Selection &selection);
    struct CollectionRemoval;
    Task<> removeSome(CollectionRemoval &work);
    Task<Result<Deleted>> removePresent(RequestScope &scope, Present present, client::DeleteOptions options);
    Task<Result<std::optional<Deleted>>> removeAttempt(RequestScope &scope, Present &present,
                                                       const client::DeleteOptions &options);
    /// The name of the budget when the pod may go without taking from it, because it is not ready; else empty.
    Task<Result<std::string>> spendDisruption(const RequestScope &scope, const Present &pod);

    /// What a write of the document left.
    api::ObjectPtr result(const RequestScope &scope, Revision revision, const Document &written) const;
    /// An object in the request's version as a read of the sub-resource shows it.
    Result<api::ObjectPtr> shown(const RequestScope &scope, const api::ObjectPtr &object) const;
    /// A name made of metadata.generateName that no object has.
    std::string freeName(const RequestScope &scope, std::string_view generateName) const;
    Task<Result<std::string>> storedText(const RequestScope &scope, const Document &object) const;

    Parts m_parts;
    std::map<std::string, CreateAction *, std::less<>> m_actions;
    std::map<const api::ResourceInfo *, const Strategy *> m_strategies;
    std::map<const api::ResourceInfo *, ObjectSource *> m_sources;
};

} // namespace coracle::apiserver
