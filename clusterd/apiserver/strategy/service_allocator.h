#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <mutex>
#include <set>

namespace coracle::apiserver {

/// Which cluster IPs and node ports are taken. Filled from the Services in the store at the first use; later changes
/// come from the strategy. Thread-safe.
class ServiceAllocator {
public:
    ServiceAllocator(const Reader &reader, Random &random, const ServiceNetworks &networks);

    enum class Family { IPv4, IPv6 };
    static std::string_view name(Family family) { return family == Family::IPv4 ? "IPv4" : "IPv6"; }
    static Family familyOf(std::string_view ip) { return isIpv6(ip) ? Family::IPv6 : Family::IPv4; }

    bool serves(Family family) const;
    Family defaultFamily() const;
    bool dualStack() const { return m_ranges.size() > 1; }

    /// A free address, or why there is none.
    Result<std::string> allocateIp(Family family);
    /// This address; the error says why not, in the standard words.
    Result<> takeIp(std::string_view ip);
    Result<int> allocatePort(std::string_view protocol);
    Result<> takePort(int port, std::string_view protocol);
    /// The same number for another protocol of one Service is one node port.
    void releaseIp(std::string_view ip);
    void releasePort(int port, std::string_view protocol);

private:
    struct Range {
        Cidr cidr;
        uint64_t last = 0; ///< the last usable address, counted from the network's
        uint64_t size = 0; ///< how many are given out by themselves: at most 2^16
        std::set<uint64_t> taken;
        std::string address(uint64_t offset) const; ///< offset from 1
        std::optional<uint64_t> offset(std::string_view ip) const;
    };
    void loadOnce();
    Range *rangeOf(std::string_view ip);
    const Range *rangeOf(Family family) const;
    Result<> takeIpLocked(std::string_view ip);
    Result<> takePortLocked(int port, std::string_view protocol);

    const Reader &m_reader;
    Random &m_random;
    const int m_portFirst, m_portLast;
    std::mutex m_mutex; ///< guards the following
    bool m_loaded = false;
    std::vector<Range> m_ranges;
    std::set<std::pair<int, std::string>> m_ports; ///< port and protocol
};

} // namespace coracle::apiserver
