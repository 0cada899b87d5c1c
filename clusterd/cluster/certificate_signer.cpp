#include "clusterd/cluster/certificate_signer.h"

#include "core/pki/csr.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::cluster {

namespace {

constexpr Duration kValidityMax = std::chrono::hours(24 * 365); // --cluster-signing-duration
constexpr Duration kBackdate = std::chrono::minutes(5);         // for requesters whose clock is behind

Result<pki::KeyUsage> usageOf(std::string_view name) {
    static constexpr std::pair<std::string_view, pki::KeyUsage> kNames[] = {
        {"digital signature", pki::KeyUsage::DigitalSignature},
        {"key encipherment", pki::KeyUsage::KeyEncipherment},
        {"client auth", pki::KeyUsage::ClientAuth},
        {"server auth", pki::KeyUsage::ServerAuth},
    };
    for (const auto &[text, usage] : kNames)
        if (text == name)
            return usage;
    return errors::other(fmt::format("usage \"{}\" is not one that this signer grants", name));
}

Result<std::string> sign(const Certificates &certificates, WallTime now, const std::string &requestPem,
                         const std::string &signer, const std::vector<std::string> &usages, Duration validity) {
    TRY(const auto request, pki::SigningRequest::fromPem(requestPem));
    if (request.hasOtherNames())
        return errors::other("the request names e-mail addresses or URIs");
    const bool serving = signer == "kubernetes.io/kubelet-serving";
    const pki::CertificateAuthority &authority = serving ? certificates.serverCa() : certificates.clientCa();
    pki::CertificateRequest leaf;
    leaf.commonName = request.subject().commonName;
    leaf.organizations = request.subject().organizations;
    leaf.dnsNames = request.dnsNames();
    leaf.ipAddresses = request.ipAddresses();
    for (const std::string &name : usages) {
        TRY(const pki::KeyUsage usage, usageOf(name));
        leaf.usages.push_back(usage);
    }
    const Duration granted = validity.count() > 0 ? std::min(validity, kValidityMax) : kValidityMax;
    leaf.notBefore = now - std::chrono::duration_cast<WallTime::duration>(kBackdate);
    leaf.notAfter = now + std::chrono::duration_cast<WallTime::duration>(granted);
    TRY(const auto signedLeaf, pki::issue(authority, leaf, request.publicKey()));
    return pki::chainPem(signedLeaf, authority);
}

} // namespace

controllers::CertificateSigner makeCertificateSigner(const Certificates &certificates, Clock &clock) {
    return [&](const std::string &requestPem, const std::string &signer, const std::vector<std::string> &usages,
               Duration validity) { return sign(certificates, clock.now(), requestPem, signer, usages, validity); };
}

} // namespace coracle::cluster
