#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/lease_table.h"
#include "etcd.pb.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// What a client wants to see of a watch's events.
struct WatchFilter {
    datastore::KeyRange range;
    bool puts = true, deletes = true;
    bool previous = false; ///< with the state before

    bool wants(const datastore::Event &event) const;
};

pb::Event toMessage(const datastore::Event &event, bool previous, const LeaseTable &leases);

/// Where the datastore's events of one watch wait for the client to read them. It holds a bounded amount: when the
/// client is slower than the writes, it forgets what comes, and the watch begins anew where it stopped. Thread-safe.
class WatchInbox : public std::enable_shared_from_this<WatchInbox> {
public:
    /// Wake is called, on any thread, when something has come that take() gives; once until the next take().
    WatchInbox(WatchFilter filter, datastore::Revision after, std::function<void()> wake)
        : m_filter(std::move(filter)), m_wake(std::move(wake)), m_through(after) {}

    /// For Backend::watch(); ends with the inbox.
    datastore::EventSink sink();
    /// Nobody waits any more.
    void close();

    struct Content {
        std::vector<datastore::Event> events;
        datastore::Revision through = 0; ///< all events up to here are in these or were taken before
        bool overflowed = false;         ///< those after it were not kept; take() again after reopening
        std::optional<Status> error;     ///< the watch has ended
    };
    Content take();
    /// After an overflow: begins to keep events again.
    void reopen();

    const WatchFilter &filter() const { return m_filter; }

private:
    void receive(Result<std::vector<datastore::Event>> batch);

    const WatchFilter m_filter;
    std::mutex m_mutex;
    std::function<void()> m_wake;
    bool m_woken = false;
    bool m_overflowed = false;
    std::vector<datastore::Event> m_events;
    size_t m_bytes = 0;
    datastore::Revision m_through;
    std::optional<Status> m_error;
};

} // namespace coracle::etcd
