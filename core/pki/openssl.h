#pragma once

#include "core/base/result.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// core/pki's own view of OpenSSL; no other folder includes this.
namespace coracle::pki {

template<auto Free>
struct Releaser {
    template<class T>
    void operator()(T *value) const {
        Free(value);
    }
};
template<class T, auto Free>
using Owned = std::unique_ptr<T, Releaser<Free>>;

using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

/// `what: <OpenSSL's newest error>`; empties the thread's error queue.
Failure opensslError(std::string_view what);

/// A read-only view of the text as a BIO; null when the text is too long for OpenSSL.
OwnedBio bioOver(std::string_view text);
std::string bioText(BIO *bio);

/// The DER form that one of OpenSSL's i2d functions makes.
template<class T>
std::string toDer(int (*encode)(const T *, unsigned char **), const T *value) {
    unsigned char *bytes = nullptr;
    const int size = encode(value, &bytes);
    std::string der =
        size > 0 ? std::string(reinterpret_cast<char *>(bytes), static_cast<size_t>(size)) : std::string();
    OPENSSL_free(bytes);
    return der;
}

std::string asn1Text(const ASN1_STRING *text);

struct CertificateRequest;
struct Name;
/// Fills a distinguished name: organizations first, then the common name.
Result<> fillName(X509_NAME *name, const std::string &commonName, const std::vector<std::string> &organizations);
Name readName(const X509_NAME *name);

/// The subject alternative names of a request; null when it has none. An address that is not one is an error.
Result<Owned<GENERAL_NAMES, GENERAL_NAMES_free>> alternativeNames(const CertificateRequest &request);
struct AlternativeNames {
    std::vector<std::string> dnsNames, ipAddresses;
    bool others = false;
};
AlternativeNames readAlternativeNames(const GENERAL_NAMES *names);

} // namespace coracle::pki
