#pragma once

#include "core/pki/certificate.h"

struct X509_req_st; // OpenSSL's X509_REQ

namespace coracle::pki {

/// A PKCS#10 certificate signing request whose own signature has been verified. Immutable and thread-safe.
class SigningRequest {
public:
    /// One CERTIFICATE REQUEST block.
    static Result<SigningRequest> fromPem(std::string_view pem);
    static Result<SigningRequest> fromDer(std::string_view der);
    /// Makes and signs one. Usages and validity of the request are the signer's business and do not go in.
    static Result<SigningRequest> create(const KeyPair &key, const CertificateRequest &request);

    std::string der() const;
    std::string pem() const;
    Name subject() const;
    std::vector<std::string> dnsNames() const;
    std::vector<std::string> ipAddresses() const;
    /// It names e-mail addresses, URIs or other kinds of subject alternative names.
    bool hasOtherNames() const;
    PublicKey publicKey() const;

    explicit SigningRequest(std::shared_ptr<X509_req_st> request) : m_request(std::move(request)) {}

private:
    std::shared_ptr<X509_req_st> m_request;
};

} // namespace coracle::pki
