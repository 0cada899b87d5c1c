#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/clock.h"
#include "core/pki/certificate.h"

#include <string>
#include <vector>

/// The cluster's certificates, laid out as K3s does: separate CAs, and a leaf per component.
namespace coracle::cluster {

/// A certificate of the cluster and its key, as they lie on disk.
struct Leaf {
    std::string chainPem; ///< the leaf and then its CA's chain
    std::string keyPem;
};

struct CertificateOptions {
    std::string productName; ///< in the names of the CAs: "clusterd-server-ca@1700000000"
    std::string nodeName;
    std::string clusterDomain;
    std::vector<std::string> dnsNames; ///< further names and addresses of the API's serving certificate
    std::vector<std::string> addresses;
    std::vector<std::string> nodeAddresses; ///< of the kubelet's serving certificate
};

inline constexpr auto kRenewBefore = std::chrono::hours(24 * 120);

/// What a server needs to run.
struct Certificates {
    std::string serverCaPem, clientCaPem, requestHeaderCaPem;
    std::vector<pki::CertificateAuthority> authorities; ///< server CA, client CA, request-header CA
    Leaf apiServing, kubeletServing;
    Leaf admin, apiToKubelet, kubelet, kubeProxy, authProxy;
    std::vector<pki::KeyPair> serviceKeys; ///< the first one signs, all verify

    const pki::CertificateAuthority &serverCa() const { return authorities[0]; }
    const pki::CertificateAuthority &clientCa() const { return authorities[1]; }
    const pki::CertificateAuthority &requestHeaderCa() const { return authorities[2]; }
};

/// Makes what is missing under server/tls and agent/, and renews (with the same key) leafs that have expired, expire
/// within kRenewBefore, say something else than they should, or come from another CA. A CA is never replaced: one whose
/// key or certificate alone is missing is an error that says how to mend it.
Result<Certificates> prepareCertificates(const Paths &paths, const CertificateOptions &options, Clock &clock);

/// One certificate file for `certificate check`.
struct CertificateState {
    std::string file; ///< relative to the data folder
    std::string subject, issuer;
    std::string service; ///< that rotateCertificates() knows it by; empty: a CA
    std::vector<std::string> usages;
    WallTime notBefore, notAfter;
    bool isCa = false;
    enum class Health { Ok, Warning, Expired } health = Health::Ok; ///< Warning: it is within the renewal time
};
std::vector<CertificateState> inspectCertificates(const Paths &paths, Clock &clock);

/// Moves the leafs of these services (empty: of all) to server/tls-<time>, so that the next start makes new ones.
/// Returns the files.
Result<std::vector<std::string>> rotateCertificates(const Paths &paths, const std::vector<std::string> &services,
                                                    Clock &clock);
/// The files that rotateCertificates() would move now.
std::vector<std::filesystem::path> rotatedFiles(const Paths &paths, const std::vector<std::string> &services);
/// The names that rotateCertificates() knows.
std::vector<std::string_view> certificateServices();

} // namespace coracle::cluster
