#include "core/pki/csr.h"

#include "core/pki/openssl.h"

#include <openssl/pem.h>

namespace coracle::pki {

namespace {

using OwnedRequest = std::shared_ptr<X509_req_st>;

OwnedRequest share(X509_REQ *request) {
    return OwnedRequest(request, X509_REQ_free);
}

Result<SigningRequest> verified(OwnedRequest request) {
    EVP_PKEY *key = X509_REQ_get0_pubkey(request.get());
    if (!key || X509_REQ_verify(request.get(), key) != 1)
        return opensslError("the signature of the certificate request is not valid");
    return SigningRequest(std::move(request));
}

AlternativeNames namesOf(X509_REQ *request) {
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES *>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return readAlternativeNames(names.get());
}

} // namespace

Result<SigningRequest> SigningRequest::fromPem(std::string_view pem) {
    const OwnedBio bio = bioOver(pem);
    OwnedRequest request = share(bio ? PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!request)
        return opensslError("PEM block type must be CERTIFICATE REQUEST");
    return verified(std::move(request));
}

Result<SigningRequest> SigningRequest::fromDer(std::string_view der) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(der.data());
    OwnedRequest request = share(d2i_X509_REQ(nullptr, &bytes, static_cast<long>(der.size())));
    if (!request)
        return opensslError("not a certificate request in DER form");
    return verified(std::move(request));
}

Result<SigningRequest> SigningRequest::create(const KeyPair &key, const CertificateRequest &request) {
    OwnedRequest made = share(X509_REQ_new());
    X509_REQ_set_version(made.get(), X509_REQ_VERSION_1);
    CHECK(fillName(X509_REQ_get_subject_name(made.get()), request.commonName, request.organizations));
    TRY(auto names, alternativeNames(request));
    if (names) {
        STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
        const bool added = X509V3_add1_i2d(&extensions, NID_subject_alt_name, names.get(), 0, 0) == 1 &&
                           X509_REQ_add_extensions(made.get(), extensions) == 1;
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
        if (!added)
            return opensslError("cannot add the subject alternative names");
    }
    if (X509_REQ_set_pubkey(made.get(), key.handle()) != 1 ||
        X509_REQ_sign(made.get(), key.handle(), EVP_sha256()) == 0)
        return opensslError("cannot sign the certificate request");
    return fromDer(toDer<X509_REQ>(i2d_X509_REQ, made.get()));
}

std::string SigningRequest::der() const {
    return toDer<X509_REQ>(i2d_X509_REQ, m_request.get());
}

std::string SigningRequest::pem() const {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(bio.get(), m_request.get());
    return bioText(bio.get());
}

Name SigningRequest::subject() const {
    return readName(X509_REQ_get_subject_name(m_request.get()));
}

std::vector<std::string> SigningRequest::dnsNames() const {
    return namesOf(m_request.get()).dnsNames;
}

std::vector<std::string> SigningRequest::ipAddresses() const {
    return namesOf(m_request.get()).ipAddresses;
}

bool SigningRequest::hasOtherNames() const {
    return namesOf(m_request.get()).others;
}

PublicKey SigningRequest::publicKey() const {
    return PublicKey(std::shared_ptr<evp_pkey_st>(X509_REQ_get_pubkey(m_request.get()), EVP_PKEY_free));
}

} // namespace coracle::pki
