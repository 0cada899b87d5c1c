#include "core/pki/jwt.h"

#include "core/pki/encoding.h"
#include "core/pki/openssl.h"

#include <array>
#include <boost/json.hpp>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>

namespace json = boost::json;

namespace coracle::pki {

namespace {

constexpr size_t kTokenBytesMax = 64 * 1024;
constexpr int kCoordinateBytes = 32; // P-256

using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

std::string_view algorithmName(KeyAlgorithm algorithm) {
    return algorithm == KeyAlgorithm::Rsa ? "RS256" : "ES256";
}

std::string numberBytes(const BIGNUM *number, int size) {
    std::string bytes(static_cast<size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char *>(bytes.data()), size);
    return bytes;
}

/// JOSE writes an ECDSA signature as r and s side by side; OpenSSL as a DER sequence.
std::string joseFromDer(const std::string &der) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(der.data());
    const OwnedSignature signature(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
    return numberBytes(ECDSA_SIG_get0_r(signature.get()), kCoordinateBytes) +
           numberBytes(ECDSA_SIG_get0_s(signature.get()), kCoordinateBytes);
}

std::string derFromJose(std::string_view jose) {
    if (jose.size() != 2 * kCoordinateBytes)
        return {};
    const auto *bytes = reinterpret_cast<const unsigned char *>(jose.data());
    const OwnedSignature signature(ECDSA_SIG_new());
    ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, kCoordinateBytes, nullptr),
                   BN_bin2bn(bytes + kCoordinateBytes, kCoordinateBytes, nullptr));
    return toDer<ECDSA_SIG>(i2d_ECDSA_SIG, signature.get());
}

struct Parts {
    json::object header, claims;
    std::string_view signedText;
    std::string signature;
};

Failure malformed(std::string_view why) {
    return errors::unauthorized("the token is not a JSON Web Token: " + std::string(why));
}

Result<json::object> parsePart(std::string_view text, std::string_view what) {
    const std::optional<std::string> bytes = fromBase64Url(text);
    if (!bytes)
        return malformed(std::string(what) + " is not base64url");
    json::error_code error;
    json::value value = json::parse(*bytes, error, {}, {.max_depth = 16});
    if (error || !value.is_object())
        return malformed(std::string(what) + " is not a JSON object");
    return std::move(value.get_object());
}

Result<Parts> split(std::string_view token) {
    if (token.size() > kTokenBytesMax)
        return malformed("it is too long");
    const size_t first = token.find('.');
    const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos)
        return malformed("it has not three parts");
    Parts parts;
    TRY(parts.header, parsePart(token.substr(0, first), "the header"));
    TRY(parts.claims, parsePart(token.substr(first + 1, second - first - 1), "the payload"));
    std::optional<std::string> signature = fromBase64Url(token.substr(second + 1));
    if (!signature)
        return malformed("the signature is not base64url");
    parts.signature = std::move(*signature);
    parts.signedText = token.substr(0, second);
    return parts;
}

std::string_view textOf(const json::object &object, std::string_view name) {
    const json::value *value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool signedBy(const PublicKey &key, const Parts &parts) {
    if (textOf(parts.header, "alg") != algorithmName(key.algorithm()))
        return false;
    return key.verify(parts.signedText,
                      key.algorithm() == KeyAlgorithm::Rsa ? parts.signature : derFromJose(parts.signature));
}

std::string parameter(const PublicKey &key, const char *name, int bytes) {
    BIGNUM *number = nullptr;
    if (EVP_PKEY_get_bn_param(key.handle(), name, &number) != 1)
        return {};
    const Owned<BIGNUM, BN_free> owned(number);
    return base64Url(numberBytes(number, bytes > 0 ? bytes : BN_num_bytes(number)));
}

} // namespace

Result<std::string> signJwt(const KeyPair &key, const json::object &claims) {
    const json::object header{{"alg", algorithmName(key.algorithm())}, {"kid", key.publicKey().keyId()}};
    std::string token = base64Url(json::serialize(header)) + "." + base64Url(json::serialize(claims));
    TRY(std::string signature, key.sign(token));
    if (key.algorithm() == KeyAlgorithm::EcdsaP256)
        signature = joseFromDer(signature);
    return token + "." + base64Url(signature);
}

Result<json::object> readJwtUnverified(std::string_view token) {
    TRY(Parts parts, split(token));
    return std::move(parts.claims);
}

Result<json::object> verifyJwt(std::string_view token, std::span<const PublicKey> keys) {
    TRY(Parts parts, split(token));
    // A critical extension that is not understood must fail the token (RFC 7515 section 4.1.11).
    if (parts.header.contains("crit"))
        return malformed("it has critical extensions");
    const std::string_view keyId = textOf(parts.header, "kid");
    for (const PublicKey &key : keys)
        if ((keyId.empty() || key.keyId() == keyId) && signedBy(key, parts))
            return std::move(parts.claims);
    return errors::unauthorized("the token is not signed by a known key");
}

json::object jwks(std::span<const PublicKey> keys) {
    json::array list;
    for (const PublicKey &key : keys) {
        json::object entry{{"use", "sig"}, {"kid", key.keyId()}, {"alg", algorithmName(key.algorithm())}};
        if (key.algorithm() == KeyAlgorithm::Rsa) {
            entry["kty"] = "RSA";
            entry["n"] = parameter(key, OSSL_PKEY_PARAM_RSA_N, 0);
            entry["e"] = parameter(key, OSSL_PKEY_PARAM_RSA_E, 0);
        } else {
            entry["kty"] = "EC";
            entry["crv"] = "P-256";
            entry["x"] = parameter(key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes);
            entry["y"] = parameter(key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes);
        }
        list.push_back(std::move(entry));
    }
    return {{"keys", std::move(list)}};
}

} // namespace coracle::pki
