#pragma once

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/http/stream.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace coracle::http {

using Socket = boost::asio::generic::stream_protocol::socket;

struct SslFree {
    void operator()(ssl_st *ssl) const;
};
using SslPtr = std::unique_ptr<ssl_st, SslFree>;

enum class Io {
    Done,  ///< bytes went over
    Again, ///< would block: wait, then try again
    Ended, ///< the peer ended its side
    Failed ///< broken
};

struct IoResult {
    Io state = Io::Done;
    size_t bytes = 0;
};

/// A connected socket with or without TLS: operations that never block, and waiting for readiness. OpenSSL works
/// directly on the socket (Asio's own TLS stream would hold 68 KiB of buffers for every idle connection; here an idle
/// connection has none). Used from one serial executor; one reader and one writer at a time.
class Transport {
public:
    explicit Transport(Socket socket, SslPtr ssl = {});
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    ~Transport();

    IoResult tryRead(char *buffer, size_t size);
    /// Takes bytes over: with TLS all of them or none, otherwise as many as the kernel takes. With TLS records may wait
    /// in memory until flush(); nothing more is taken before they are sent.
    IoResult tryWrite(std::string_view bytes);
    /// Sends what waits in memory; Done when nothing waits any more.
    IoResult flush();

    /// False: the wait was cancelled or the transport is closed.
    Task<bool> waitReadable();
    Task<bool> waitWritable();
    /// As waitReadable(), but only interruptReadable() ends it early.
    Task<bool> watchReadable();
    void interruptReadable();

    Task<Result<>> handshake();
    Task<Result<size_t>> read(char *buffer, size_t size);
    /// Appends at least one byte; 0 when the peer ended its side.
    Task<Result<size_t>> readInto(std::string &input);
    Task<Result<>> write(std::string_view bytes);
    Task<Result<>> shutdownWrite();
    /// Ends TLS as well as that goes without waiting, and closes. Pending waits end.
    void close();
    bool closed() const { return !m_socket.is_open(); }
    /// Whether the peer closed both directions (after an Ended), so that nobody is there to read an answer.
    bool peerGone();

    Socket &socket() { return m_socket; }
    ssl_st *ssl() const { return m_ssl.get(); }

private:
    friend struct SocketBio;
    IoResult sendSome(std::string_view bytes);
    IoResult sslOutcome(int returned);
    Task<Result<>> flushSlowly();
    Status brokenStatus(std::string_view what) const;

    Socket m_socket;
    SslPtr m_ssl;
    std::string m_records; ///< encrypted, not yet sent
    boost::asio::cancellation_signal m_readSignal;
    std::string m_failure; ///< why TLS failed
};

/// A transport as a Stream; bytes that were read ahead come first.
std::shared_ptr<Stream> makeStream(std::shared_ptr<Transport> transport, std::string readAhead = {});

} // namespace coracle::http
