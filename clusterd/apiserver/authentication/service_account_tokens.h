#pragma once

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/user.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/pki/key.h"

#include <map>
#include <mutex>
#include <optional>

namespace coracle::apiserver {

struct ServiceAccountOptions {
    std::string issuer = "https://kubernetes.default.svc.cluster.local";
    std::vector<std::string> audiences; ///< of the API server; empty: the issuer
    std::optional<pki::KeyPair> signingKey;
    std::vector<pki::PublicKey> verificationKeys; ///< the signing key's public half belongs here too
    /// Pods' tokens for the API server live for a year and say from when on they should have been renewed
    /// (--service-account-extend-token-expiration).
    bool extendExpiration = true;
};

/// Signs and checks bound service-account tokens, and checks those in Secrets (pkg/serviceaccount). The reader, clock
/// and random source must outlive it. Thread-safe.
class ServiceAccountTokens {
public:
    ServiceAccountTokens(const Reader &reader, Clock &clock, Random &random, ServiceAccountOptions options);

    /// The token that a TokenRequest for this account asks for, as the completed TokenRequest.
    Result<JsonObject> request(JsonObject tokenRequest, std::string_view namespaceName, std::string_view account);

    /// Nothing: the token is not one of this issuer. An error (401): it is, but it does not hold: wrong signature,
    /// expired, other audience, account or bound object gone. Audiences empty: the API server's own.
    Result<std::optional<UserInfo>> verify(std::string_view token, const std::vector<std::string> &audiences);

    const std::vector<std::string> &audiences() const { return m_options.audiences; }
    const std::string &issuer() const { return m_options.issuer; }

    /// The documents of OIDC discovery: /.well-known/openid-configuration and /openid/v1/jwks.
    JsonObject discoveryDocument(std::string_view jwksUri) const;
    JsonObject keySet() const;

private:
    struct Claims;
    using ClaimsPtr = std::shared_ptr<const Claims>;
    Result<ClaimsPtr> signedClaims(std::string_view token);
    Result<> checkAlive(std::string_view resource, std::string_view namespaceName, std::string_view name,
                        std::string_view uid, std::string_view what) const;
    Result<> checkLegacy(const Claims &claims, std::string_view token, const std::vector<std::string> &audiences) const;
    Result<JsonObject> bind(const JsonObject &spec, std::string_view namespaceName, std::string_view account) const;

    const Reader &m_reader;
    Clock &m_clock;
    Random &m_random;
    ServiceAccountOptions m_options;
    std::mutex m_mutex;                       ///< guards the cache
    std::map<std::string, ClaimsPtr> m_cache; ///< by SHA-256 of the token: signatures are checked once
};

} // namespace coracle::apiserver
