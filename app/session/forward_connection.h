#pragma once

#include "app/session/http_operations.h"
#include "core/base/async_event.h"
#include "core/http/client.h"
#include "core/http/spdy.h"

#include <boost/asio/ip/tcp.hpp>

namespace coracle::app {

/// One TCP connection that is carried to a pod's port. Network thread.
class ForwardConnection : public std::enable_shared_from_this<ForwardConnection> {
public:
    ForwardConnection(NetworkThread &network, boost::asio::ip::tcp::socket local);

    /// Until both sides have ended, or an error. `moved` is called after every piece.
    Task<Result<>> carry(HttpClientPtr client, std::string path, quint16 port, std::function<void()> moved);
    /// Breaks both sides; carry() returns.
    void close();

    qint64 sentBytes() const { return m_sent; }
    qint64 receivedBytes() const { return m_received; }

private:
    using Self = std::shared_ptr<ForwardConnection>;
    Task<Result<>> open(HttpClientPtr client, std::string path, quint16 port);
    static Task<> runSession(Self self);
    static Task<> send(Self self, std::function<void()> moved);
    static Task<> readError(Self self);

    NetworkThread &m_network;
    boost::asio::ip::tcp::socket m_local;
    std::shared_ptr<http::Stream> m_upstream;
    std::shared_ptr<http::SpdySession> m_session;
    std::shared_ptr<http::SpdyStream> m_data, m_error;
    std::string m_errorText; ///< what the node says of the pod's port
    AsyncEvent m_errorRead;
    bool m_errorDone = false;
    qint64 m_sent = 0, m_received = 0;
};

} // namespace coracle::app
