#pragma once

#include "core/base/clock.h"
#include "core/pki/key.h"

#include <span>
#include <string>
#include <vector>

struct x509_st; // OpenSSL's X509

namespace coracle::pki {

/// Key usages by their Kubernetes names: "digital signature", "key encipherment", "client auth", "server auth".
enum class KeyUsage { DigitalSignature, KeyEncipherment, ClientAuth, ServerAuth };

/// The part of a distinguished name that Kubernetes uses.
struct Name {
    std::string commonName;
    std::vector<std::string> organizations;
    bool operator==(const Name &) const = default;
};

/// What a certificate shall say. The validity is cut to whole seconds.
struct CertificateRequest {
    std::string commonName;
    std::vector<std::string> organizations;
    std::vector<std::string> dnsNames;
    std::vector<std::string> ipAddresses;
    std::vector<KeyUsage> usages;
    WallTime notBefore;
    WallTime notAfter;
};

/// An X.509 certificate. A cheap handle; immutable and thread-safe.
class Certificate {
public:
    static Result<Certificate> fromDer(std::string_view der);
    /// The first certificate in the text.
    static Result<Certificate> fromPem(std::string_view pem);
    /// All certificates of a bundle, in order; at least one.
    static Result<std::vector<Certificate>> allFromPem(std::string_view pem);

    std::string der() const;
    std::string pem() const;

    Name subject() const;
    Name issuer() const;
    std::vector<std::string> dnsNames() const;
    std::vector<std::string> ipAddresses() const;
    std::vector<KeyUsage> usages() const;
    WallTime notBefore() const;
    WallTime notAfter() const;
    std::string serial() const;      ///< lower-case hex
    std::string fingerprint() const; ///< SHA-256 of the DER form, lower-case hex
    PublicKey publicKey() const;
    bool isCa() const;
    bool isSelfSigned() const; ///< subject and issuer are equal and its own key verifies it
    bool isSignedBy(const PublicKey &key) const;

    explicit Certificate(std::shared_ptr<x509_st> certificate) : m_certificate(std::move(certificate)) {}
    x509_st *handle() const { return m_certificate.get(); } ///< for core/pki's own use

private:
    std::shared_ptr<x509_st> m_certificate;
};

/// Who signs certificates.
struct CertificateAuthority {
    Certificate certificate;
    KeyPair key;
    /// Intermediate certificates between it and a root of the user's own; put after leafs in chain files.
    std::vector<Certificate> chain;

    /// A new self-signed CA with a new P-256 key.
    static Result<CertificateAuthority> create(std::string commonName, WallTime notBefore, WallTime notAfter);
    /// A new CA below this one.
    Result<CertificateAuthority> createIntermediate(std::string commonName, WallTime notBefore,
                                                    WallTime notAfter) const;
    /// certificatePem: the CA's certificate first, then its chain. Fails when the key does not belong to it.
    static Result<CertificateAuthority> load(std::string_view certificatePem, std::string_view keyPem);
};

/// Signs a leaf certificate for a public key. A validity that ends after the CA's is cut to it.
Result<Certificate> issue(const CertificateAuthority &authority, const CertificateRequest &request,
                          const PublicKey &key);

/// The certificates and then the authority's own chain, as a PEM file for a TLS server.
std::string chainPem(const Certificate &leaf, const CertificateAuthority &authority);

enum class Purpose { Client, Server };

/// A set of trusted CA certificates; every one is a trust anchor, also intermediates. Immutable and thread-safe.
class CertificatePool {
public:
    static Result<CertificatePool> fromPem(std::string_view pem);
    explicit CertificatePool(std::vector<Certificate> certificates);
    ~CertificatePool();
    CertificatePool(const CertificatePool &);
    CertificatePool &operator=(const CertificatePool &);

    const std::vector<Certificate> &certificates() const;
    std::string pem() const;

    /// Whether a chain (DER, leaf first, then intermediates) leads to one of these CAs and is good for the purpose at
    /// that time. The result is the leaf. Errors (code 401) say why: "certificate expired on ...".
    Result<Certificate> verify(std::span<const std::string> chain, Purpose purpose, WallTime now) const;

private:
    struct State;
    std::shared_ptr<const State> m_state;
};

} // namespace coracle::pki
