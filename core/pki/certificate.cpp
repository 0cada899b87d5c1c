#include "core/pki/certificate.h"

#include "core/pki/encoding.h"
#include "core/pki/openssl.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <openssl/pem.h>

namespace coracle::pki {

namespace {

using OwnedCertificate = std::shared_ptr<x509_st>;

OwnedCertificate share(X509 *certificate) {
    return OwnedCertificate(certificate, X509_free);
}

WallTime readTime(const ASN1_TIME *time) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(time, &fields) != 1)
        return {};
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::from_time_t(::timegm(&fields)));
}

std::time_t seconds(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

} // namespace

Result<Certificate> Certificate::fromDer(std::string_view der) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(der.data());
    X509 *certificate = d2i_X509(nullptr, &bytes, static_cast<long>(der.size()));
    if (!certificate)
        return opensslError("not a certificate in DER form");
    Certificate result{share(certificate)};
    if (reinterpret_cast<const char *>(bytes) != der.data() + der.size())
        return errors::other("there are bytes after the certificate");
    if (!X509_get0_pubkey(certificate))
        return opensslError("the certificate has no usable public key");
    return result;
}

Result<std::vector<Certificate>> Certificate::allFromPem(std::string_view pem) {
    const OwnedBio bio = bioOver(pem);
    std::vector<Certificate> certificates;
    while (X509 *certificate = bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr)
        certificates.emplace_back(share(certificate));
    // PEM_R_NO_START_LINE is the ordinary end of the text; anything else is a damaged block.
    const unsigned long code = ERR_peek_last_error();
    if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
        return opensslError("a certificate in PEM form is damaged");
    ERR_clear_error();
    if (certificates.empty())
        return errors::other("there is no certificate in PEM form");
    return certificates;
}

Result<Certificate> Certificate::fromPem(std::string_view pem) {
    TRY(std::vector<Certificate> certificates, allFromPem(pem));
    return certificates.front();
}

std::string Certificate::der() const {
    return toDer<X509>(i2d_X509, m_certificate.get());
}

std::string Certificate::pem() const {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), m_certificate.get());
    return bioText(bio.get());
}

Name Certificate::subject() const {
    return readName(X509_get_subject_name(m_certificate.get()));
}

Name Certificate::issuer() const {
    return readName(X509_get_issuer_name(m_certificate.get()));
}

static AlternativeNames namesOf(const x509_st *certificate) {
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    return readAlternativeNames(names.get());
}

std::vector<std::string> Certificate::dnsNames() const {
    return namesOf(m_certificate.get()).dnsNames;
}

std::vector<std::string> Certificate::ipAddresses() const {
    return namesOf(m_certificate.get()).ipAddresses;
}

std::vector<KeyUsage> Certificate::usages() const {
    std::vector<KeyUsage> usages;
    const uint32_t key = X509_get_key_usage(m_certificate.get());
    const uint32_t extended = X509_get_extended_key_usage(m_certificate.get());
    // OpenSSL answers "all bits" for an absent extension: then nothing is stated.
    if (key != UINT32_MAX && (key & KU_DIGITAL_SIGNATURE))
        usages.push_back(KeyUsage::DigitalSignature);
    if (key != UINT32_MAX && (key & KU_KEY_ENCIPHERMENT))
        usages.push_back(KeyUsage::KeyEncipherment);
    if (extended != UINT32_MAX && (extended & XKU_SSL_CLIENT))
        usages.push_back(KeyUsage::ClientAuth);
    if (extended != UINT32_MAX && (extended & XKU_SSL_SERVER))
        usages.push_back(KeyUsage::ServerAuth);
    return usages;
}

WallTime Certificate::notBefore() const {
    return readTime(X509_get0_notBefore(m_certificate.get()));
}

WallTime Certificate::notAfter() const {
    return readTime(X509_get0_notAfter(m_certificate.get()));
}

std::string Certificate::serial() const {
    const ASN1_INTEGER *number = X509_get0_serialNumber(m_certificate.get());
    return hex({reinterpret_cast<const char *>(ASN1_STRING_get0_data(number)),
                static_cast<size_t>(ASN1_STRING_length(number))});
}

std::string Certificate::fingerprint() const {
    return sha256Hex(der());
}

PublicKey Certificate::publicKey() const {
    return PublicKey(std::shared_ptr<evp_pkey_st>(X509_get_pubkey(m_certificate.get()), EVP_PKEY_free));
}

bool Certificate::isCa() const {
    return X509_check_ca(m_certificate.get()) == 1;
}

bool Certificate::isSignedBy(const PublicKey &key) const {
    const bool good = X509_verify(m_certificate.get(), key.handle()) == 1;
    ERR_clear_error();
    return good;
}

bool Certificate::isSelfSigned() const {
    return X509_NAME_cmp(X509_get_subject_name(m_certificate.get()), X509_get_issuer_name(m_certificate.get())) == 0 &&
           isSignedBy(publicKey());
}

namespace {

Result<> addExtension(X509 *certificate, X509 *issuer, int nid, const char *text) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, text));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
        return opensslError("cannot add a certificate extension");
    return {};
}

Result<> addUsages(X509 *certificate, const std::vector<KeyUsage> &usages) {
    std::string key, extended;
    auto append = [](std::string &list, std::string_view word) {
        list += list.empty() ? "" : ",";
        list += word;
    };
    for (const KeyUsage usage : usages) {
        switch (usage) {
        case KeyUsage::DigitalSignature:
            append(key, "digitalSignature");
            break;
        case KeyUsage::KeyEncipherment:
            append(key, "keyEncipherment");
            break;
        case KeyUsage::ClientAuth:
            append(extended, "clientAuth");
            break;
        case KeyUsage::ServerAuth:
            append(extended, "serverAuth");
            break;
        }
    }
    if (!key.empty())
        CHECK(addExtension(certificate, nullptr, NID_key_usage, ("critical," + key).c_str()));
    if (!extended.empty())
        CHECK(addExtension(certificate, nullptr, NID_ext_key_usage, extended.c_str()));
    return {};
}

/// What all certificates have: version 3, a random serial number, validity, subject and key.
Result<OwnedCertificate> blank(const CertificateRequest &request, evp_pkey_st *key) {
    OwnedCertificate certificate = share(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::string serial = randomBytes(16);
    serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40); // positive and of the same length always
    const Owned<BIGNUM, BN_free> number(
        BN_bin2bn(reinterpret_cast<const unsigned char *>(serial.data()), static_cast<int>(serial.size()), nullptr));
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
    if (!ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(request.notBefore)) ||
        !ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(request.notAfter)) ||
        X509_set_pubkey(certificate.get(), key) != 1)
        return opensslError("cannot make a certificate");
    CHECK(fillName(X509_get_subject_name(certificate.get()), request.commonName, request.organizations));
    return certificate;
}

Result<Certificate> finish(OwnedCertificate certificate, X509 *issuer, evp_pkey_st *signer) {
    if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) != 1 ||
        X509_sign(certificate.get(), signer, EVP_sha256()) == 0)
        return opensslError("cannot sign the certificate");
    // Once through DER, so that everything that OpenSSL caches about extensions belongs to the finished certificate.
    return Certificate::fromDer(toDer<X509>(i2d_X509, certificate.get()));
}

/// A CA certificate; without an issuer it signs itself.
Result<CertificateAuthority> makeAuthority(std::string commonName, WallTime notBefore, WallTime notAfter,
                                           const CertificateAuthority *issuer) {
    TRY(KeyPair key, KeyPair::generateEcdsa());
    CertificateRequest request{.commonName = std::move(commonName), .notBefore = notBefore, .notAfter = notAfter};
    TRY(OwnedCertificate certificate, blank(request, key.handle()));
    X509 *parent = issuer ? issuer->certificate.handle() : certificate.get();
    CHECK(addExtension(certificate.get(), parent, NID_key_usage,
                       "critical,digitalSignature,keyEncipherment,keyCertSign"));
    CHECK(addExtension(certificate.get(), parent, NID_basic_constraints, "critical,CA:TRUE"));
    CHECK(addExtension(certificate.get(), parent, NID_subject_key_identifier, "hash"));
    if (issuer)
        CHECK(addExtension(certificate.get(), parent, NID_authority_key_identifier, "keyid"));
    TRY(Certificate finished, finish(certificate, parent, issuer ? issuer->key.handle() : key.handle()));
    CertificateAuthority authority{std::move(finished), std::move(key), {}};
    if (issuer) {
        authority.chain.push_back(issuer->certificate);
        authority.chain.insert(authority.chain.end(), issuer->chain.begin(), issuer->chain.end());
    }
    return authority;
}

} // namespace

Result<CertificateAuthority> CertificateAuthority::create(std::string commonName, WallTime notBefore,
                                                          WallTime notAfter) {
    return makeAuthority(std::move(commonName), notBefore, notAfter, nullptr);
}

Result<CertificateAuthority> CertificateAuthority::createIntermediate(std::string commonName, WallTime notBefore,
                                                                      WallTime notAfter) const {
    return makeAuthority(std::move(commonName), notBefore, notAfter, this);
}

Result<CertificateAuthority> CertificateAuthority::load(std::string_view certificatePem, std::string_view keyPem) {
    TRY(std::vector<Certificate> certificates, Certificate::allFromPem(certificatePem));
    TRY(KeyPair key, KeyPair::fromPem(keyPem));
    Certificate own = certificates.front();
    if (EVP_PKEY_eq(own.publicKey().handle(), key.handle()) != 1)
        return errors::other(
            fmt::format("the private key does not belong to the CA certificate \"{}\"", own.subject().commonName));
    if (!own.isCa())
        return errors::other(fmt::format("the certificate \"{}\" is not a CA certificate", own.subject().commonName));
    certificates.erase(certificates.begin());
    return CertificateAuthority{std::move(own), std::move(key), std::move(certificates)};
}

Result<Certificate> issue(const CertificateAuthority &authority, const CertificateRequest &request,
                          const PublicKey &key) {
    CertificateRequest cut = request;
    cut.notAfter = std::min(cut.notAfter, authority.certificate.notAfter());
    if (cut.notAfter <= cut.notBefore)
        return errors::other(
            fmt::format("a certificate for \"{}\" would have no validity: the CA \"{}\" ends before it",
                        request.commonName, authority.certificate.subject().commonName));
    TRY(OwnedCertificate certificate, blank(cut, key.handle()));
    X509 *issuer = authority.certificate.handle();
    CHECK(addUsages(certificate.get(), request.usages));
    CHECK(addExtension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE"));
    if (X509_get0_subject_key_id(issuer))
        CHECK(addExtension(certificate.get(), issuer, NID_authority_key_identifier, "keyid"));
    TRY(auto names, alternativeNames(request));
    if (names && X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) != 1)
        return opensslError("cannot add the subject alternative names");
    return finish(certificate, issuer, authority.key.handle());
}

std::string chainPem(const Certificate &leaf, const CertificateAuthority &authority) {
    std::string text = leaf.pem() + authority.certificate.pem();
    for (const Certificate &certificate : authority.chain)
        text += certificate.pem();
    return text;
}

} // namespace coracle::pki
