#pragma once

#include "core/http/message.h"
#include "core/http/stream.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include <sys/types.h>

/// The HTTP server: HTTP/1.1 and HTTP/2 (by ALPN) over TLS, HTTP/1.1 over plain TCP or a unix socket.
namespace coracle::http {

/// Who is at the other end of the connection, as the transport proves it.
struct Peer {
    std::string address; ///< "10.0.0.5:4711"; empty on a unix socket
    /// The client certificate chain in DER, leaf first, when the peer sent one. It is NOT verified against any CA here:
    /// the handler verifies it (Kubernetes answers 401 or goes on as anonymous, so the handshake must not fail).
    std::shared_ptr<const std::vector<std::string>> certificates;
    std::optional<uid_t> uid; ///< unix socket: SO_PEERCRED
    std::optional<gid_t> gid;
    std::optional<pid_t> pid;
    std::string serverName; ///< SNI
};

struct Request {
    std::string method;
    std::string rawTarget;
    Target target;
    Headers headers;
    std::string body; ///< whole; larger than Limits::bodyBytesMax was answered with 413 before the handler
    std::shared_ptr<const Peer> peer;
    int httpMajor = 1;
    bool upgrade = false; ///< HTTP/1.1 "Connection: Upgrade" (WebSocket, SPDY/3.1): answer with ResponseWriter::upgrade
};

/// How a handler answers. Exactly one of send(), start() or upgrade() is called. All calls come from the handler's
/// coroutine (or coroutines that it awaits), on the request's executor.
class ResponseWriter {
public:
    virtual ~ResponseWriter() = default;
    /// A complete response; Content-Length is added.
    virtual Task<Result<>> send(int status, Headers headers, std::vector<Chunk> body) = 0;
    /// Begins a streaming response; then write() any number of times. It ends when the handler returns.
    virtual Task<Result<>> start(int status, Headers headers) = 0;
    /// Sends chunks now (flushed). Waits while the peer doesn't read: back-pressure (64 KiB may be on their way). An
    /// error means the peer is gone.
    virtual Task<Result<>> write(std::vector<Chunk> chunks) = 0;
    /// Answers 101 with these headers and hands over the connection, with what was read ahead. HTTP/1.1 only. The
    /// stream lives as long as the handler: the connection is closed when the handler returns.
    virtual Task<Result<std::shared_ptr<Stream>>> upgrade(Headers headers) = 0;
    /// Whether send(), start() or upgrade() has been called.
    virtual bool begun() const = 0;
};

/// Handles one request. When the peer goes away the coroutine is cancelled (Asio terminal cancellation): what it waits
/// for fails, and its next co_await throws operation_aborted, which ends it. A peer that only ended its sending side
/// gets half a second (or so) for a whole answer; a streaming response is cancelled at once. A handler that throws or
/// answers nothing makes a plain 500. The request and writer live until it returns. Requests of one connection run on
/// that connection's strand.
using Handler = std::function<Task<>(Request &, ResponseWriter &)>;

/// What the server itself answers to a request that it cannot hand over: 400 malformed, 413 body too large, 431 headers
/// too large, and the like.
struct Refusal {
    std::string contentType, body;
};
using RefusalForm = std::function<Refusal(int status)>; ///< called on any thread
/// "413 Request Entity Too Large" as plain text.
Refusal plainRefusal(int status);

struct Limits {
    size_t bodyBytesMax = 3u << 20;
    size_t headerBytesMax = 128u << 10;
    size_t connectionsMax = 10000;
    uint32_t streamsPerConnectionMax = 250;
    std::chrono::seconds idleTimeout{180};
    std::chrono::seconds headerTimeout{32};
};

/// Certificates are picked per handshake, so that renewed ones are used without a restart.
struct TlsIdentity {
    std::string certificateChainPem;
    std::string privateKeyPem;
};

struct TlsOptions {
    /// Until Server::replaceIdentity().
    TlsIdentity identity;
    bool requestClientCertificate = true;
    /// CA certificates whose names are sent as acceptable issuers.
    std::string clientCaPem;
    /// TLS 1.2 cipher suites in OpenSSL names; empty: the secure default set. TLS 1.3 suites are always on.
    std::string cipherSuites;
    int minVersion = 0x0303; ///< 0x0303 TLS 1.2, 0x0304 TLS 1.3
};

class Server {
public:
    /// Connections run on strands of the executor.
    static std::unique_ptr<Server> create(Executor executor, Handler handler, Limits limits = {},
                                          RefusalForm refusalForm = plainRefusal);
    virtual ~Server() = default;

    /// Port 0 picks a free one. The result is the bound port. "0.0.0.0", "::" (dual stack) or an address.
    virtual Result<uint16_t> listenTls(const std::string &address, uint16_t port, TlsOptions options) = 0;
    virtual Result<uint16_t> listenPlain(const std::string &address, uint16_t port) = 0;
    /// Replaces a stale socket file; fails when another process still listens on it.
    virtual Result<> listenUnix(const std::filesystem::path &path, mode_t mode) = 0;
    /// New handshakes on all TLS listeners use this identity.
    virtual Result<> replaceIdentity(TlsIdentity identity) = 0;

    /// Stops accepting, tells HTTP/2 peers to go away, lets running requests end for up to the time, then cuts them.
    virtual Task<> stop(std::chrono::milliseconds drain) = 0;
};

} // namespace coracle::http
