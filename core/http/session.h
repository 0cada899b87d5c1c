#pragma once

#include "core/http/server.h"
#include "core/http/transport.h"

#include <atomic>
#include <chrono>
#include <memory>

namespace coracle::http {

/// What all connections of a server share.
struct ServerShared {
    Handler handler;
    Limits limits;
    RefusalForm refusalForm;
};

/// The protocol that a connection speaks after the handshake. Lives on the connection's strand.
class Protocol {
public:
    virtual ~Protocol() = default;
    /// Returns when the connection is over and every handler has ended.
    virtual Task<> run() = 0;
    /// No new requests; run() returns when the running ones have ended.
    virtual void drain() = 0;
    /// Cancels the running handlers.
    virtual void cancelRequests() = 0;
};

/// One accepted connection.
struct Session {
    using Steady = std::chrono::steady_clock;

    Session(std::shared_ptr<const ServerShared> sharedState, Executor strandExecutor,
            std::unique_ptr<Transport> connection)
        : shared(std::move(sharedState)), strand(std::move(strandExecutor)), transport(std::move(connection)) {}

    const std::shared_ptr<const ServerShared> shared;
    const Executor strand;
    const std::shared_ptr<Transport> transport;
    const std::shared_ptr<Peer> peer = std::make_shared<Peer>();
    std::shared_ptr<Protocol> protocol; ///< after the handshake
    bool draining = false;

    /// The server closes the connection when this time has passed without a new setting. Coarse: a second or so late.
    void setDeadline(Steady::duration fromNow) {
        m_deadline.store((Steady::now() + fromNow).time_since_epoch().count(), std::memory_order_relaxed);
    }
    void clearDeadline() { m_deadline.store(0, std::memory_order_relaxed); }
    bool expired(Steady::time_point now) const { // from any thread
        const auto deadline = m_deadline.load(std::memory_order_relaxed);
        return deadline != 0 && deadline <= now.time_since_epoch().count();
    }
    /// Breaks the connection and cancels what runs on it.
    void cut() {
        transport->close();
        if (protocol)
            protocol->cancelRequests();
    }

private:
    std::atomic<Steady::rep> m_deadline{0};
};

std::shared_ptr<Protocol> makeHttp1(Session &session);
std::shared_ptr<Protocol> makeHttp2(Session &session);

/// Runs the handler. False: it failed or was cancelled in the middle of its response, which must not look complete.
/// A handler that answers nothing makes a 500.
Task<bool> runHandler(const ServerShared &shared, Request &request, ResponseWriter &writer);

/// "Sat, 21 Nov 2026 08:00:00 GMT", of this second.
std::string_view httpDate();

} // namespace coracle::http
