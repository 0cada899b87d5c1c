#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/call.h"
#include "clusterd/etcd/lease_table.h"
#include "clusterd/etcd/watch_inbox.h"
#include "core/base/async_event.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "etcd.pb.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace coracle::etcd {

/// One call of etcdserverpb.Watch.Watch: any number of watches, made and ended by the client's messages. Each write has
/// a revision of its own, so that an answer may end after any event and no answer has to be sent in fragments.
class WatchStream {
public:
    WatchStream(datastore::Backend &backend, const LeaseTable &leases, Clock &clock, Duration progressInterval,
                std::shared_ptr<Call> call, Executor executor);

    /// Until the client goes away; on the executor, which is serial.
    Task<grpc::Status> run();

private:
    struct Watch {
        std::shared_ptr<WatchInbox> inbox;
        std::unique_ptr<datastore::Subscription> subscription;
        bool notify = false; ///< tells its progress from time to time
        SteadyTime nextNotice{};
    };
    using Watches = std::map<int64_t, Watch>;
    /// Wakes the coroutine that writes. Events come on other threads and may outlive the stream.
    struct Signal {
        explicit Signal(Executor executor) : event(std::move(executor)) {}
        AsyncEvent event;
        bool raised = false;
        void raise() {
            raised = true;
            event.notifyAll();
        }
    };

    Task<bool> readRequests();
    Task<bool> writeResponses();
    Task<bool> keepTime();
    void create(const pb::WatchCreateRequest &request);
    void cancel(int64_t id);
    std::optional<Status> subscribe(Watch &watch, datastore::Revision after);
    /// Ends a watch and says why.
    void endWatch(int64_t id, const Status &why);

    Task<bool> sendReplies();
    /// False: the client went away. Complete turns false when events were left out that are read again.
    Task<bool> sendEvents(int64_t id, bool &complete);
    Task<bool> sendProgress(datastore::Revision through);
    Task<bool> send(pb::WatchResponse response);
    /// All watches have been told every event up to this revision, once what waits in their inboxes is sent.
    datastore::Revision through() const;
    /// When something is to be sent without an event; nothing: never.
    std::optional<Duration> untilNextNotice() const;

    datastore::Backend &m_backend;
    const LeaseTable &m_leases;
    Clock &m_clock;
    const Duration m_progressInterval;
    const std::shared_ptr<Call> m_call;
    const Executor m_executor;
    const std::shared_ptr<Signal> m_signal;
    AsyncEvent m_replied, m_schedule;

    Watches m_watches;
    int64_t m_nextId = 0;
    std::deque<pb::WatchResponse> m_replies; ///< to the client's own messages
    std::optional<datastore::Revision> m_progressAsked;
    datastore::Revision m_told = 0; ///< the newest revision of an answer: it never goes back
    bool m_closed = false;
};

} // namespace coracle::etcd
