#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <optional>

/// The networks that cluster IPs come from: the configured ones and what ServiceCIDR objects add.
namespace coracle::apiserver {

enum class IpFamily { IPv4, IPv6 };

inline std::string_view familyName(IpFamily family) {
    return family == IpFamily::IPv4 ? "IPv4" : "IPv6";
}
inline IpFamily familyOf(std::string_view ip) {
    return isIpv6(ip) ? IpFamily::IPv6 : IpFamily::IPv4;
}

/// The addresses of one network that Services may have: without the network's own, and for IPv4 without the broadcast
/// address. Counted from 1.
class ServiceRange {
public:
    explicit ServiceRange(Cidr cidr);

    IpFamily family() const { return m_cidr.bytes.size() == 16 ? IpFamily::IPv6 : IpFamily::IPv4; }
    uint64_t size() const { return m_last; }
    /// How many at the beginning automatic allocation leaves for fixed addresses, such as that of DNS, while there are
    /// others (KEP-3070).
    uint64_t staticBand() const { return m_staticBand; }
    std::string address(uint64_t number) const;
    std::optional<uint64_t> number(std::string_view ip) const;
    std::string text() const { return m_cidr.text(); }

private:
    Cidr m_cidr;
    uint64_t m_last = 0, m_staticBand = 0;
};

/// Of every ServiceCIDR that is ready; before the default one is made, the configured networks stand for it.
std::vector<ServiceRange> readyServiceRanges(const Reader &reader, const ServiceNetworks &networks);

inline constexpr std::string_view kIpAllocator = "ipallocator.k8s.io";
inline constexpr std::string_view kIpManagedBy = "ipaddress.kubernetes.io/managed-by";
inline constexpr std::string_view kIpFamilyLabel = "ipaddress.kubernetes.io/ip-family";

/// The IPAddress that says that a Service has this cluster IP.
JsonObject ipAddressObject(std::string_view ip, std::string_view namespaceName, std::string_view service);

} // namespace coracle::apiserver
