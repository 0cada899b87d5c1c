#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/certificates_v1.h"

#include <functional>

namespace coracle::controllers {

/// Signs a certificate request. The PEM answer is the certificate; an error goes into the request's conditions.
/// @param requestPem the PKCS#10 request
/// @param signer     kubernetes.io/kube-apiserver-client-kubelet, .../kubelet-serving or .../kube-apiserver-client
/// @param usages     as the request lists them ("client auth", ...)
using CertificateSigner = std::function<Result<std::string>(const std::string &requestPem, const std::string &signer,
                                                            const std::vector<std::string> &usages, Duration validity)>;

/// Approves client certificates that nodes ask for themselves (k8s.io/kubernetes pkg/controller/certificates/approver).
/// Reads: CertificateSigningRequests; asks SubjectAccessReviews. Writes: their approval.
class CsrApprovingController final : public Controller {
public:
    explicit CsrApprovingController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    Task<Result<bool>> allowed(const certificatesv1::CertificateSigningRequest &request, std::string_view subresource);
    client::Informer &m_requests;
};

/// Signs approved requests of the built-in signers.
/// Reads: CertificateSigningRequests. Writes: their status.
class CsrSigningController final : public Controller {
public:
    CsrSigningController(const ControllerContext &context, CertificateSigner signer);
    Task<Result<>> reconcile(std::string key) override;

private:
    CertificateSigner m_sign;
    client::Informer &m_requests;
};

} // namespace coracle::controllers
