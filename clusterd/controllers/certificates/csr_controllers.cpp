#include "clusterd/controllers/certificates/csr_controllers.h"

#include "core/api/types/authorization_v1.h"
#include "core/client/typed_client.h"
#include "core/pki/csr.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

using certificatesv1::CertificateSigningRequest;

constexpr std::string_view kKubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
constexpr std::string_view kKubeletServing = "kubernetes.io/kubelet-serving";
constexpr std::string_view kClient = "kubernetes.io/kube-apiserver-client";
constexpr Duration kValidity = std::chrono::hours(24 * 365);
constexpr Duration kValidityLeast = std::chrono::minutes(10);

bool hasCondition(const CertificateSigningRequest &request, std::string_view type) {
    return std::any_of(request.status.conditions.begin(), request.status.conditions.end(),
                       [&](const auto &condition) { return condition.type == type; });
}

bool isNodeName(std::string_view commonName) {
    return commonName.starts_with("system:node:");
}

/// Usages of a node's client certificate; with an elliptic-curve key, key encipherment is left out.
bool areNodeUsages(std::vector<std::string> usages, std::string_view purpose) {
    std::erase(usages, "key encipherment");
    std::sort(usages.begin(), usages.end());
    std::vector<std::string> wanted{"digital signature", std::string(purpose)};
    std::sort(wanted.begin(), wanted.end());
    return usages == wanted;
}

/// Why a signer won't sign the request; nothing when it will.
Result<> checkForSigner(const CertificateSigningRequest &request) {
    TRY(const pki::SigningRequest csr, pki::SigningRequest::fromPem(request.spec.request));
    const pki::Name subject = csr.subject();
    const bool isNode =
        isNodeName(subject.commonName) && subject.organizations == std::vector<std::string>{"system:nodes"};
    const auto &usages = request.spec.usages;
    if (request.spec.signerName == kKubeletClient) {
        if (!isNode || !csr.dnsNames().empty() || !csr.ipAddresses().empty() || csr.hasOtherNames() ||
            !areNodeUsages(usages, "client auth"))
            return errors::badRequest("not the request of a node for its client certificate: the common name must be "
                                      "system:node:<name>, the organization system:nodes, the usages digital "
                                      "signature and client auth, without alternative names");
    } else if (request.spec.signerName == kKubeletServing) {
        if (!isNode || (csr.dnsNames().empty() && csr.ipAddresses().empty()) || csr.hasOtherNames() ||
            !areNodeUsages(usages, "server auth"))
            return errors::badRequest("not the request of a node for its serving certificate: the common name must be "
                                      "system:node:<name>, the organization system:nodes, the usages digital "
                                      "signature and server auth, with its addresses as alternative names");
    } else if (std::find(usages.begin(), usages.end(), "client auth") == usages.end()) {
        return errors::badRequest("the usages of a client certificate must hold client auth");
    }
    return {};
}

bool isBuiltInSigner(std::string_view signer) {
    return signer == kKubeletClient || signer == kKubeletServing || signer == kClient;
}

} // namespace

CsrApprovingController::CsrApprovingController(const ControllerContext &context)
    : Controller(context, "csrapproving"), m_requests(informers().get<CertificateSigningRequest>()) {
    enqueueOnChange(m_requests);
}

Task<Result<>> CsrApprovingController::reconcile(std::string key) {
    const ObjectPtr object = m_requests.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(CertificateSigningRequest request, api::decode<CertificateSigningRequest>(*object));
    if (!request.status.certificate.empty() || hasCondition(request, "Approved") || hasCondition(request, "Denied") ||
        request.spec.signerName != kKubeletClient || !checkForSigner(request))
        co_return Result<>{};
    CO_TRY(const pki::SigningRequest csr, pki::SigningRequest::fromPem(request.spec.request));
    const bool forItself = csr.subject().commonName == request.spec.username;
    const std::string_view subresource = forItself ? "selfnodeclient" : "nodeclient";
    CO_TRY(const bool may, co_await allowed(request, subresource));
    if (!may)
        co_return Result<>{};
    certificatesv1::CertificateSigningRequestCondition condition;
    condition.type = "Approved";
    condition.status = "True";
    condition.reason = "AutoApproved";
    condition.message = forItself ? "Auto approving self kubelet client certificate after SubjectAccessReview."
                                  : "Auto approving kubelet client certificate after SubjectAccessReview.";
    condition.lastUpdateTime = condition.lastTransitionTime = api::Time(clock().now());
    request.status.conditions.push_back(std::move(condition));
    client::WriteOptions options;
    options.subresource = "approval";
    CO_CHECK(co_await client::update(client(), std::move(request), std::move(options)));
    co_return Result<>{};
}

Task<Result<bool>> CsrApprovingController::allowed(const CertificateSigningRequest &request,
                                                   std::string_view subresource) {
    authorizationv1::SubjectAccessReview review;
    review.spec.user = request.spec.username;
    review.spec.uid = request.spec.uid;
    review.spec.groups = request.spec.groups;
    for (const auto &[name, values] : request.spec.extra)
        review.spec.extra[name] = values;
    authorizationv1::ResourceAttributes &attributes = review.spec.resourceAttributes.ensure();
    attributes.group = "certificates.k8s.io";
    attributes.resource = "certificatesigningrequests";
    attributes.subresource = subresource;
    attributes.verb = "create";
    CO_TRY(ObjectPtr answer,
           co_await client().create(authorizationv1::SubjectAccessReview::resource(), {}, api::encode(review)));
    CO_TRY(const auto answered, api::decode<authorizationv1::SubjectAccessReview>(*answer));
    co_return answered.status.allowed;
}

CsrSigningController::CsrSigningController(const ControllerContext &context, CertificateSigner signer)
    : Controller(context, "csrsigning"),
      m_sign(std::move(signer)),
      m_requests(informers().get<CertificateSigningRequest>()) {
    enqueueOnChange(m_requests);
}

Task<Result<>> CsrSigningController::reconcile(std::string key) {
    const ObjectPtr object = m_requests.get(key);
    if (!object)
        co_return Result<>{};
    CO_TRY(CertificateSigningRequest request, api::decode<CertificateSigningRequest>(*object));
    if (!request.status.certificate.empty() || !hasCondition(request, "Approved") || hasCondition(request, "Denied") ||
        hasCondition(request, "Failed") || !isBuiltInSigner(request.spec.signerName))
        co_return Result<>{};
    Duration validity = kValidity;
    if (request.spec.expirationSeconds)
        validity =
            std::clamp<Duration>(std::chrono::seconds(*request.spec.expirationSeconds), kValidityLeast, kValidity);
    Result<std::string> certificate = std::unexpected(Status{});
    if (auto fit = checkForSigner(request); !fit)
        certificate = std::unexpected(fit.error());
    else
        certificate = m_sign(request.spec.request, request.spec.signerName, request.spec.usages, validity);
    if (certificate) {
        request.status.certificate = std::move(*certificate);
    } else {
        certificatesv1::CertificateSigningRequestCondition condition;
        condition.type = "Failed";
        condition.status = "True";
        condition.reason = "SignerValidationFailure";
        condition.message = certificate.error().message;
        condition.lastUpdateTime = condition.lastTransitionTime = api::Time(clock().now());
        request.status.conditions.push_back(std::move(condition));
    }
    CO_CHECK(co_await client::updateStatus(client(), std::move(request)));
    co_return Result<>{};
}

} // namespace coracle::controllers
