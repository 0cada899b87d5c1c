#pragma once

#include "core/pki/key.h"

#include <boost/json/fwd.hpp>
#include <span>

/// JSON Web Tokens in the compact form, signed with ES256 or RS256 as the key is (RFC 7515, RFC 7519).
namespace coracle::pki {

/// The header carries alg and kid (PublicKey::keyId()).
Result<std::string> signJwt(const KeyPair &key, const boost::json::object &claims);

/// The claims without looking at the signature: to find out who issued a token before choosing keys. Trust nothing.
Result<boost::json::object> readJwtUnverified(std::string_view token);

/// The claims of a token that one of the keys has signed (the one that its kid names, when it names one). Times and
/// audiences are the caller's business.
Result<boost::json::object> verifyJwt(std::string_view token, std::span<const PublicKey> keys);

/// The keys as a JSON Web Key Set (RFC 7517).
boost::json::object jwks(std::span<const PublicKey> keys);

} // namespace coracle::pki
