#pragma once

#include "core/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st; // OpenSSL's EVP_PKEY

namespace coracle::pki {

enum class KeyAlgorithm { EcdsaP256, Rsa };

/// A public key: ECDSA P-256 or RSA of 2048 bits and more. A cheap handle; immutable and thread-safe.
class PublicKey {
public:
    /// PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE; of a private key its public half.
    static Result<PublicKey> fromPem(std::string_view pem);
    /// All keys of a file (kube-apiserver's --service-account-key-file), in order.
    static Result<std::vector<PublicKey>> allFromPem(std::string_view pem);

    KeyAlgorithm algorithm() const;
    std::string der() const; ///< SubjectPublicKeyInfo
    std::string pem() const;
    /// base64url(SHA-256(der())): the kid of service-account tokens.
    std::string keyId() const;
    /// SHA-256 signature over the text: DER form for ECDSA, PKCS#1 v1.5 for RSA.
    bool verify(std::string_view text, std::string_view signature) const;

    explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : m_key(std::move(key)) {}
    evp_pkey_st *handle() const { return m_key.get(); } ///< for core/pki's own use

private:
    std::shared_ptr<evp_pkey_st> m_key;
};

/// A private key with its public half. A cheap handle; immutable and thread-safe.
class KeyPair {
public:
    static Result<KeyPair> generateEcdsa(); ///< P-256, as K3s uses
    static Result<KeyPair> generateRsa(int bits = 2048);
    /// EC PRIVATE KEY, RSA PRIVATE KEY or PRIVATE KEY (unencrypted); the first one in the text.
    static Result<KeyPair> fromPem(std::string_view pem);

    KeyAlgorithm algorithm() const;
    std::string pem() const; ///< EC PRIVATE KEY or RSA PRIVATE KEY; write it with mode 0600
    PublicKey publicKey() const { return PublicKey(m_key); }
    /// As PublicKey::verify() expects it.
    Result<std::string> sign(std::string_view text) const;

    explicit KeyPair(std::shared_ptr<evp_pkey_st> key) : m_key(std::move(key)) {}
    evp_pkey_st *handle() const { return m_key.get(); } ///< for core/pki's own use

private:
    std::shared_ptr<evp_pkey_st> m_key;
};

} // namespace coracle::pki
