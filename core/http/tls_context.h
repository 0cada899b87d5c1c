#pragma once

#include "core/http/client.h"
#include "core/http/server.h"
#include "core/http/transport.h"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace coracle::http {

/// What TLS connections of one side share. Immutable: new credentials make a new context. Thread-safe.
class TlsContext {
public:
    static Result<std::shared_ptr<const TlsContext>> forServer(const TlsOptions &options);
    static Result<std::shared_ptr<const TlsContext>> forClient(const ClientTls &options);

    SslPtr accept() const;
    /// Verifies that the server is the host (a name or an address), unless the options say otherwise.
    Result<SslPtr> connect(const std::string &host) const;

private:
    struct ContextFree {
        void operator()(ssl_ctx_st *context) const;
    };
    using ContextPtr = std::unique_ptr<ssl_ctx_st, ContextFree>;
    static Result<ContextPtr> common(int minVersion, const std::string &certificatesPem, const std::string &keyPem);

    ContextPtr m_context;
    std::string m_serverName;
    bool m_verify = true;
};

/// What the handshake found out.
bool negotiatedHttp2(ssl_st *ssl);
std::string requestedServerName(ssl_st *ssl);
/// DER, leaf first; null when the peer sent none.
std::shared_ptr<const std::vector<std::string>> peerCertificates(ssl_st *ssl);

} // namespace coracle::http
