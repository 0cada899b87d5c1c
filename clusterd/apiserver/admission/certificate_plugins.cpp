#include "clusterd/apiserver/admission/plugins.h"

#include "clusterd/apiserver/authorization/escalation.h"
#include "core/pki/csr.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <fmt/format.h>

/// CertificateApproval, CertificateSigning, CertificateSubjectRestriction, and the escalation check of RBAC objects.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kCertificates = "certificates.k8s.io";
constexpr std::string_view kRequests = "certificatesigningrequests";

/// Whether the user may use this verb on the signer, by its name or for its whole domain.
bool maySign(const ClusterAuthorizer &authorizer, const UserInfo &user, std::string_view verb,
             const std::string &signer) {
    const std::string domain = signer.substr(0, signer.find('/')) + "/*";
    for (const std::string &name : {signer, domain}) {
        AuthorizationAttributes question{.user = user, .verb = std::string(verb)};
        question.group = kCertificates;
        question.version = "*";
        question.resource = "signers";
        question.name = name;
        if (authorizer.authorize(question).decision == Decision::Allow)
            return true;
    }
    return false;
}

class SignerCheck : public DirectPlugin {
public:
    SignerCheck(std::string_view name, std::string_view subresource, std::string_view verb,
                const ClusterAuthorizer &authorizer)
        : DirectPlugin(name, {Operation::Update}), m_subresource(subresource), m_verb(verb), m_authorizer(authorizer) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, kCertificates, kRequests, m_subresource) || !concerns(attributes))
            return {};
        const std::string signer(textAt(*attributes.old, "spec", "signerName"));
        if (maySign(m_authorizer, attributes.user, m_verb, signer))
            return {};
        return denied(attributes,
                      fmt::format("user not permitted to {} requests with signerName \"{}\"", m_verb, signer));
    }

private:
    bool concerns(const AdmissionAttributes &attributes) const {
        // The status matters only where it brings a certificate or a verdict.
        return m_verb != "sign" ||
               !sameMember(objectAt(*attributes.object, "status"), objectAt(*attributes.old, "status"),
                           "certificate") ||
               !sameMember(objectAt(*attributes.object, "status"), objectAt(*attributes.old, "status"), "conditions");
    }

    std::string_view m_subresource, m_verb;
    const ClusterAuthorizer &m_authorizer;
};

/// A ClusterTrustBundle of a signer may be written by those who may attest for it.
class ClusterTrustBundleAttest final : public DirectPlugin {
public:
    explicit ClusterTrustBundleAttest(const ClusterAuthorizer &authorizer)
        : DirectPlugin("ClusterTrustBundleAttest", {Operation::Create, Operation::Update, Operation::Delete}),
          m_authorizer(authorizer) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, kCertificates, "clustertrustbundles"))
            return {};
        for (const JsonObject *side : {static_cast<const JsonObject *>(attributes.object), attributes.old})
            if (const std::string_view signer = side ? textAt(*side, "spec", "signerName") : "";
                !signer.empty() && !maySign(m_authorizer, attributes.user, "attest", std::string(signer)))
                return denied(attributes, fmt::format("user not permitted to attest for signerName \"{}\"", signer));
        return {};
    }

private:
    const ClusterAuthorizer &m_authorizer;
};

class CertificateSubjectRestriction final : public DirectPlugin {
public:
    CertificateSubjectRestriction() : DirectPlugin("CertificateSubjectRestriction", {Operation::Create}) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, kCertificates, kRequests) ||
            textAt(*attributes.object, "spec", "signerName") != "kubernetes.io/kube-apiserver-client")
            return {};
        const auto pem = pki::fromBase64(textAt(*attributes.object, "spec", "request"));
        const auto request = pem ? pki::SigningRequest::fromPem(*pem)
                                 : Result<pki::SigningRequest>(errors::other("spec.request is not base64"));
        if (!request)
            return denied(attributes, request.error().message);
        const pki::Name subject = request->subject();
        if (std::ranges::find(subject.organizations, kSystemMasters) != subject.organizations.end())
            return denied(attributes,
                          "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not "
                          "allowed");
        return {};
    }
};

/// Writes down who asks for a certificate; what the client says about that does not count.
class CertificateRequester final : public DirectPlugin {
public:
    CertificateRequester() : DirectPlugin("CertificateRequester", {Operation::Create}) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, kCertificates, kRequests))
            return {};
        JsonObject &spec = ensureObject(*attributes.object, "spec");
        for (const std::string_view name : {"uid", "groups", "extra"})
            spec.erase(name);
        spec["username"] = attributes.user.name;
        if (!attributes.user.uid.empty())
            spec["uid"] = attributes.user.uid;
        for (const std::string &group : attributes.user.groups)
            ensureArray(spec, "groups").emplace_back(group);
        for (const auto &[key, values] : attributes.user.extra)
            for (const std::string &value : values)
                ensureArray(ensureObject(spec, "extra"), key).emplace_back(value);
        return {};
    }
};

class RbacEscalation final : public DirectPlugin {
public:
    explicit RbacEscalation(const ClusterAuthorizer &authorizer)
        : DirectPlugin("RbacEscalation", {Operation::Create, Operation::Update}), m_authorizer(authorizer) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (attributes.resource.group != "rbac.authorization.k8s.io" || !attributes.subresource.empty())
            return {};
        const RbacWrite write{attributes.user,
                              std::string(attributes.resource.resource),
                              attributes.namespaceName,
                              attributes.name.empty() ? std::string(textAt(*attributes.object, "metadata", "name"))
                                                      : attributes.name,
                              *attributes.object,
                              attributes.old};
        return checkRbacWrite(m_authorizer, write);
    }

private:
    const ClusterAuthorizer &m_authorizer;
};

} // namespace

Plugin makeCertificateApproval(const ClusterAuthorizer &authorizer) {
    return std::make_unique<SignerCheck>("CertificateApproval", "approval", "approve", authorizer);
}
Plugin makeCertificateSigning(const ClusterAuthorizer &authorizer) {
    return std::make_unique<SignerCheck>("CertificateSigning", "status", "sign", authorizer);
}
Plugin makeClusterTrustBundleAttest(const ClusterAuthorizer &authorizer) {
    return std::make_unique<ClusterTrustBundleAttest>(authorizer);
}
Plugin makeCertificateSubjectRestriction() {
    return std::make_unique<CertificateSubjectRestriction>();
}
Plugin makeCertificateRequester() {
    return std::make_unique<CertificateRequester>();
}
Plugin makeRbacEscalation(const ClusterAuthorizer &authorizer) {
    return std::make_unique<RbacEscalation>(authorizer);
}

} // namespace coracle::apiserver
