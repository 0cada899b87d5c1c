#pragma once

#include "core/http/message.h"
#include "core/http/stream.h"

#include <chrono>
#include <filesystem>

/// The HTTP client: HTTP/1.1 with kept connections over TLS, TCP or a unix socket.
namespace coracle::http {

struct ClientTls {
    std::string caPem;          ///< empty: the system's CAs
    std::string certificatePem; ///< client certificate; may be empty
    std::string privateKeyPem;
    std::string serverName; ///< to verify and for SNI; empty: the host
    bool insecureSkipVerify = false;
};

struct ClientOptions {
    std::string host; ///< name or address; ignored with unixSocket
    uint16_t port = 0;
    std::filesystem::path unixSocket;
    std::optional<ClientTls> tls;
    std::chrono::milliseconds connectTimeout{10000};
    std::chrono::seconds idleTimeout{90};
    size_t idleConnectionsMax = 8;
};

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/"; ///< already encoded
    Headers headers;          ///< Host and Content-Length are added
    std::string body;
    std::chrono::milliseconds headerTimeout{60000}; ///< until the response's header is there; 0: none
};

/// A response whose body is read as it comes.
class ClientResponse {
public:
    virtual ~ClientResponse() = default; ///< an unread body closes the connection
    virtual int status() const = 0;
    virtual const Headers &headers() const = 0;
    /// The next piece of the body; empty at its end.
    virtual Task<Result<std::string>> readSome() = 0;
    /// All of it; too large is an error.
    virtual Task<Result<std::string>> readAll(size_t bytesMax = 64u << 20) = 0;
};

struct Upgraded {
    int status = 0; ///< 101, or the peer's refusal
    Headers headers;
    std::shared_ptr<Stream> stream; ///< when 101
    std::string body;               ///< of a refusal
};

/// Thread-safe; tasks run on the caller's executor, which must be serial (a strand or a context that one thread runs).
/// Idempotent requests are repeated once when a kept connection turns out to be stale. Must be destroyed before the
/// contexts that its connections were made on.
class Client {
public:
    static std::unique_ptr<Client> create(ClientOptions options);
    virtual ~Client() = default;
    virtual Task<Result<std::unique_ptr<ClientResponse>>> send(ClientRequest request) = 0;
    /// Asks to switch protocols (Connection: Upgrade is added; Upgrade and others come from the request's headers).
    virtual Task<Result<Upgraded>> upgrade(ClientRequest request) = 0;
    /// New connections use these credentials (rotated certificates).
    virtual void replaceTls(ClientTls tls) = 0;
};

/// A plain connection, for port-forwarding and probes.
Task<Result<std::shared_ptr<Stream>>> connectTcp(std::string host, uint16_t port, std::chrono::milliseconds timeout);
Task<Result<std::shared_ptr<Stream>>> connectUnix(std::filesystem::path path);

} // namespace coracle::http
