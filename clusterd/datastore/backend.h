#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The datastore: a log of revisions over keys, in the layout of kine, so that it reads as etcd does. Keys are paths
/// ("/registry/pods/default/web-0"); values are opaque bytes.
namespace coracle::datastore {

using Revision = int64_t;

struct KeyValue {
    std::string key;
    std::string value;
    Revision createRevision = 0;
    Revision modRevision = 0;
    int64_t leaseSeconds = 0; ///< 0: lives until deleted; else it ends this long after its last write
};

/// Keys k with begin <= k < end; no end when it is empty.
struct KeyRange {
    std::string begin, end;

    /// Keys that begin with the prefix and are >= start (empty: the first).
    static KeyRange prefix(std::string prefix, std::string start = {});
    static KeyRange key(std::string key);
    bool contains(std::string_view key) const { return key >= begin && (end.empty() || key < end); }
};

enum class Values { Read, Skip };

/// What the store takes on disk.
struct StorageSize {
    int64_t bytes = 0;
    int64_t bytesInUse = 0; ///< without what later writes fill
};

struct ListResult {
    Revision revision = 0;       ///< the log's newest revision when the list was read
    std::vector<KeyValue> items; ///< in byte order of the keys
    bool more = false;           ///< the limit cut the list
};

/// One write as watchers see it.
struct Event {
    bool deleted = false;
    bool created = false;
    KeyValue current;                 ///< for deletes: key and modRevision of the delete, value of the last state
    std::optional<KeyValue> previous; ///< the state before; none for creates
};

/// Receives events in the order of revisions, without gaps, in batches of one commit each (of any size while they come
/// from the log); called on a thread of the backend, one call at a time: it must hand over and return. An empty batch
/// says that all was handed over that was in the log when the watch began. After the compaction or an error that broke
/// the stream it is called once with the error, and no more.
using EventSink = std::function<void(Result<std::vector<Event>>)>;

/// Ends its subscription when destroyed; waits for a running call of the sink.
class Subscription {
public:
    virtual ~Subscription() = default;
    /// Every event up to this revision has been given to the sink. Thread-safe.
    virtual Revision through() const = 0;
};

struct UpdateResult {
    bool succeeded = false;          ///< false: expectedRevision was not the current one, or the key is gone
    Revision revision = 0;           ///< of the write, or the newest one
    std::optional<KeyValue> current; ///< when it did not succeed: what is there now
};

/// All back ends keep these rules; one test suite holds them to it. Revisions go up by exactly one per write. A write
/// resolves only when it is durable, and after its event was given to every sink. When the disk fails or is full,
/// writes fail with 500 InternalError and change nothing, until it works again. A revision that is yet to come is 504
/// Timeout with the cause ResourceVersionTooLarge; after stop() everything fails with 503. Thread-safe; tasks resume on
/// the executor of the coroutine that awaits them.
class Backend {
public:
    virtual ~Backend() = default;

    /// Opens or makes the store; called once before all else.
    virtual Result<> start() = 0;
    /// Ends after all accepted writes are durable.
    virtual void stop() = 0;

    virtual Revision currentRevision() const = 0;
    virtual Revision compactRevision() const = 0;

    /// Nothing when the key is absent at that revision (0: now). A revision below the compaction is Expired.
    virtual Task<Result<std::optional<KeyValue>>> get(std::string key, Revision revision = 0) = 0;
    /// At a revision (0: now); at most limit (0: all). Skipped values are empty.
    virtual Task<Result<ListResult>> range(KeyRange range, int64_t limit, Revision revision = 0,
                                           Values values = Values::Read) = 0;
    virtual Task<Result<int64_t>> countRange(KeyRange range, Revision revision = 0) = 0;
    /// The same for KeyRange::prefix().
    Task<Result<ListResult>> list(std::string prefix, std::string startKey, int64_t limit, Revision revision = 0);
    Task<Result<int64_t>> count(std::string prefix, Revision revision = 0);

    /// Fails with AlreadyExists (message: the key) when the key is there.
    virtual Task<Result<Revision>> create(std::string key, std::string value, int64_t leaseSeconds = 0) = 0;
    /// Compare-and-swap on modRevision.
    virtual Task<Result<UpdateResult>> update(std::string key, std::string value, Revision expectedRevision,
                                              int64_t leaseSeconds = 0) = 0;
    /// As update(); expectedRevision 0 deletes whatever is there.
    virtual Task<Result<UpdateResult>> remove(std::string key, Revision expectedRevision) = 0;

    /// All events after a revision (0: from now on) whose key begins with the prefix. Expired when the revision is
    /// compacted. Events already in the log come first, then live ones.
    virtual Result<std::unique_ptr<Subscription>> watch(std::string prefix, Revision after, EventSink sink) = 0;

    /// Drops what no read at or after the revision needs, in bounded steps that let writes through in between.
    virtual Task<Result<>> compact(Revision revision) = 0;

    /// Begins the leases of these writes anew, where they are still the newest of their keys. Lasts until stop().
    virtual Task<Result<>> renewLeases(std::vector<Revision> revisions) = 0;

    virtual Task<Result<StorageSize>> size() = 0;
};

} // namespace coracle::datastore
