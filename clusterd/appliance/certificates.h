#pragma once

#include "clusterd/appliance/restarter.h"
#include "clusterd/appliance/router.h"
#include "core/base/clock.h"

#include <functional>
#include <string>
#include <vector>

namespace coracle::appliance {

/// One certificate file of the cluster.
struct CertificateInfo {
    std::string file; ///< relative to the data folder
    std::string subject, issuer, service;
    std::vector<std::string> usages;
    WallTime notBefore, notAfter;
    bool isCa = false;
};

/// The cluster's own certificates, as whoever makes them gives access to them.
struct CertificateAccess {
    std::function<std::vector<CertificateInfo>()> list;
    std::vector<std::string> services; ///< what can be rotated
    std::chrono::milliseconds renewBefore{};
    /// The files that rotating these services (none: all) would move away, and the act itself.
    std::function<std::vector<std::filesystem::path>(const std::vector<std::string> &services)> files;
    std::function<Result<>(const std::vector<std::string> &services)> rotate;
};

enum class CertificateHealth { Ok, Expiring, Expired };
CertificateHealth healthOf(const CertificateInfo &certificate, const CertificateAccess &access, WallTime now);

/// certificates and certificates/rotate. What is referred to outlives the router.
void addCertificateRoutes(Router &router, const CertificateAccess &access, Restarter &restarter, Clock &clock);

} // namespace coracle::appliance
