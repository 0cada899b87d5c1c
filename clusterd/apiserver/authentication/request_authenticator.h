#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authentication/service_account_tokens.h"
#include "clusterd/apiserver/authentication/static_credentials.h"
#include "core/pki/certificate.h"

namespace coracle::apiserver {

struct AuthenticatorOptions {
    /// CAs of client certificates: CN is the user, O the groups.
    std::optional<pki::CertificatePool> clientCas;
    /// A front proxy with a certificate of these CAs and one of the names may say who the user is (X-Remote-User).
    std::optional<pki::CertificatePool> requestHeaderCas;
    std::vector<std::string> requestHeaderNames;
    std::shared_ptr<const StaticCredentials> credentials;  ///< bearer tokens; may be null
    std::shared_ptr<ServiceAccountTokens> serviceAccounts; ///< may be null
    bool bootstrapTokens = true;
    /// Unix-socket peers of this group have system:masters' rights, as root and the daemon's own user have.
    std::optional<gid_t> socketGroup;
};

/// All kinds of credentials together. The reader and clock must outlive it.
std::unique_ptr<Authenticator> makeAuthenticator(const Reader &reader, Clock &clock, AuthenticatorOptions options);

/// The bearer token of a request: of the Authorization header, or of a WebSocket's sub-protocol; empty: none.
std::string bearerToken(const http::Headers &headers);

} // namespace coracle::apiserver
