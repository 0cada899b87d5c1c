#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/base/task.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// How every part of Coracle speaks to the Kubernetes API. The same interface is served in the process (the registry is
/// called directly and cached objects are shared) and over HTTPS; callers can't tell which.
namespace coracle::client {

using api::ObjectPtr;
using api::ResourceInfo;

struct ListOptions {
    std::string labelSelector;
    std::string fieldSelector;
    std::string resourceVersion;      ///< "" most recent, "0" any
    std::string resourceVersionMatch; ///< "", "Exact", "NotOlderThan"
    int64_t limit = 0;                ///< 0: all
    std::string continueToken;
};

struct ObjectList {
    std::vector<ObjectPtr> items;
    std::string resourceVersion;
    std::string continueToken;
    int64_t remainingItemCount = 0;
};

struct WatchOptions {
    std::string labelSelector;
    std::string fieldSelector;
    std::string resourceVersion; ///< events after this one; "" or "0" begins with an Added event per existing object
    bool allowBookmarks = true;
};

enum class EventType { Added, Modified, Deleted, Bookmark };

struct WatchEvent {
    EventType type = EventType::Added;
    ObjectPtr object; ///< for Bookmark only resourceVersion is meaningful; for Deleted the last state
};

/// A running watch. One task reads it; destroying it ends the watch.
class Watch {
public:
    virtual ~Watch() = default;
    /// The next event. An error ends the watch: 410 Expired means list again; others: try again later.
    virtual Task<Result<WatchEvent>> next() = 0;
};

struct WriteOptions {
    std::string subresource; ///< "status", "scale", "binding", ...; empty for the object itself
    std::string fieldManager;
    bool dryRun = false;
    bool force = false; ///< of an apply patch
};

enum class PatchType { Json, Merge, StrategicMerge, Apply };

struct DeleteOptions {
    std::optional<int64_t> gracePeriodSeconds;
    std::string propagationPolicy; ///< "", "Orphan", "Background", "Foreground"
    std::string preconditionUid;
    std::string preconditionResourceVersion;
};

/// Thread-safe; tasks run on the caller's executor. Namespaces are empty for cluster-scoped resources and, in list and
/// watch, for all namespaces. Bodies are JSON of the resource's version. Defaults are spelled out as WriteOptions(),
/// because GCC 12 copies a {} default bit by bit into the frame of the coroutine that awaits the call.
class Client {
public:
    virtual ~Client() = default;
    virtual Task<Result<ObjectPtr>> get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                        std::string subresource = {}) = 0;
    virtual Task<Result<ObjectList>> list(const ResourceInfo &resource, std::string namespaceName,
                                          ListOptions options = ListOptions()) = 0;
    virtual Task<Result<std::unique_ptr<Watch>>> watch(const ResourceInfo &resource, std::string namespaceName,
                                                       WatchOptions options) = 0;
    /// The name is needed only for sub-resources (pods/binding, serviceaccounts/token).
    virtual Task<Result<ObjectPtr>> create(const ResourceInfo &resource, std::string namespaceName, std::string json,
                                           WriteOptions options = WriteOptions(), std::string name = {}) = 0;
    /// Fails with Conflict when the body's metadata.resourceVersion is set and not the current one.
    virtual Task<Result<ObjectPtr>> update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                           std::string json, WriteOptions options = WriteOptions()) = 0;
    virtual Task<Result<ObjectPtr>> patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                          PatchType type, std::string body, WriteOptions options = WriteOptions()) = 0;
    virtual Task<Result<>> remove(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                  DeleteOptions options = DeleteOptions()) = 0;

    using Resources = std::shared_ptr<const std::vector<api::ResourcePtr>>;
    /// What is served now, each resource in every version. A snapshot: custom resources come and go, and the pointers
    /// keep them usable. Clients that do not know of custom resources name the built-in ones.
    virtual Resources resources() const;
};

} // namespace coracle::client
