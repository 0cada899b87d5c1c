#include "core/pki/key.h"

#include "core/pki/encoding.h"
#include "core/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

namespace coracle::pki {

namespace {

using OwnedKey = std::shared_ptr<evp_pkey_st>;

OwnedKey share(EVP_PKEY *key) {
    return OwnedKey(key, EVP_PKEY_free);
}

KeyAlgorithm algorithmOf(const evp_pkey_st *key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? KeyAlgorithm::Rsa : KeyAlgorithm::EcdsaP256;
}

/// Nothing else signs here, so that a weak key is found where it is read.
Result<> checkSupported(const evp_pkey_st *key) {
    const int type = EVP_PKEY_get_base_id(key);
    char group[32] = "";
    if (type == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= 2048)
        return {};
    if (type == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
        std::string_view(group) == SN_X9_62_prime256v1)
        return {};
    return errors::other("the key is neither ECDSA P-256 nor RSA with at least 2048 bits");
}

/// One PEM block as a public key; null when the block holds something else.
OwnedKey publicFromBlock(const std::string &label, const unsigned char *data, long size) {
    if (label == PEM_STRING_PUBLIC)
        return share(d2i_PUBKEY(nullptr, &data, size));
    if (label == PEM_STRING_RSA_PUBLIC)
        return share(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &data, size));
    if (label == PEM_STRING_X509) {
        const Owned<X509, X509_free> certificate(d2i_X509(nullptr, &data, size));
        return share(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
    }
    if (label == PEM_STRING_ECPRIVATEKEY || label == PEM_STRING_RSA || label == PEM_STRING_PKCS8INF)
        return share(d2i_AutoPrivateKey(nullptr, &data, size));
    return nullptr;
}

} // namespace

Result<std::vector<PublicKey>> PublicKey::allFromPem(std::string_view pem) {
    const OwnedBio bio = bioOver(pem);
    std::vector<PublicKey> keys;
    char *name = nullptr, *header = nullptr;
    unsigned char *data = nullptr;
    long size = 0;
    while (bio && PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
        OwnedKey key = publicFromBlock(name, data, size);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, static_cast<size_t>(size));
        if (!key)
            continue;
        CHECK(checkSupported(key.get()));
        keys.emplace_back(std::move(key));
    }
    ERR_clear_error();
    if (keys.empty())
        return errors::other("there is no public key, private key or certificate in PEM form");
    return keys;
}

Result<PublicKey> PublicKey::fromPem(std::string_view pem) {
    TRY(std::vector<PublicKey> keys, allFromPem(pem));
    return keys.front();
}

KeyAlgorithm PublicKey::algorithm() const {
    return algorithmOf(m_key.get());
}

std::string PublicKey::der() const {
    return toDer<EVP_PKEY>(i2d_PUBKEY, m_key.get());
}

std::string PublicKey::pem() const {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(bio.get(), m_key.get());
    return bioText(bio.get());
}

std::string PublicKey::keyId() const {
    return base64Url(sha256(der()));
}

bool PublicKey::verify(std::string_view text, std::string_view signature) const {
    const OwnedDigestContext context(EVP_MD_CTX_new());
    const bool good =
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) == 1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char *>(signature.data()), signature.size(),
                         reinterpret_cast<const unsigned char *>(text.data()), text.size()) == 1;
    ERR_clear_error();
    return good;
}

Result<KeyPair> KeyPair::generateEcdsa() {
    EVP_PKEY *key = EVP_EC_gen(SN_X9_62_prime256v1);
    if (!key)
        return opensslError("cannot make an ECDSA key");
    return KeyPair(share(key));
}

Result<KeyPair> KeyPair::generateRsa(int bits) {
    EVP_PKEY *key = EVP_RSA_gen(static_cast<unsigned>(bits));
    if (!key)
        return opensslError("cannot make an RSA key");
    return KeyPair(share(key));
}

Result<KeyPair> KeyPair::fromPem(std::string_view pem) {
    const OwnedBio bio = bioOver(pem);
    // A callback instead of a prompt: an encrypted key is an error, not a question on the terminal.
    auto noPassword = [](char *, int, int, void *) { return -1; };
    OwnedKey key = share(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, nullptr) : nullptr);
    if (!key)
        return opensslError("there is no readable private key in PEM form (encrypted keys are not supported)");
    CHECK(checkSupported(key.get()));
    return KeyPair(std::move(key));
}

KeyAlgorithm KeyPair::algorithm() const {
    return algorithmOf(m_key.get());
}

std::string KeyPair::pem() const {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey_traditional(bio.get(), m_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return bioText(bio.get());
}

Result<std::string> KeyPair::sign(std::string_view text) const {
    const OwnedDigestContext context(EVP_MD_CTX_new());
    const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
    size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
        return opensslError("cannot sign");
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size, bytes, text.size()) !=
        1)
        return opensslError("cannot sign");
    signature.resize(size);
    return signature;
}

} // namespace coracle::pki
