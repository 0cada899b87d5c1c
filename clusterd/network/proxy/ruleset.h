#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The service proxy's rules as a pure function of what the cluster declares: no kernel, no clock.
namespace coracle::network::proxy {

enum class Family : uint8_t { IPv4, IPv6 };

struct Endpoint {
    std::string address;
    uint16_t port = 0;
    bool local = false;  ///< on this node, and used by the traffic policy Local
    bool cluster = true; ///< used by the traffic policy Cluster
};

/// One port of a service in one address family.
struct ServicePort {
    std::string name;     ///< "namespace/service:port", for comments and chain names
    std::string protocol; ///< "tcp", "udp" or "sctp"
    std::string clusterIp;
    uint16_t port = 0;
    uint16_t nodePort = 0;
    std::vector<std::string> externalIps;  ///< externalIPs and load-balancer addresses
    std::vector<std::string> sourceRanges; ///< loadBalancerSourceRanges; empty: all
    bool externalLocal = false;            ///< externalTrafficPolicy: Local
    bool internalLocal = false;            ///< internalTrafficPolicy: Local
    uint32_t affinitySeconds = 0;          ///< 0: no session affinity
    std::vector<Endpoint> endpoints;       ///< those that take traffic
};

struct HostPort {
    std::string name; ///< "namespace/pod"
    std::string protocol;
    std::string hostIp; ///< empty: every address of the node
    uint16_t hostPort = 0;
    std::string address;
    uint16_t port = 0;
};

struct Desired {
    Family family = Family::IPv4;
    std::string clusterCidr; ///< all pods; traffic from there to outside is masqueraded; empty: unknown
    std::string podCidr;     ///< this node's pods
    std::vector<ServicePort> services;
    std::vector<HostPort> hostPorts;
};

/// A table's content: chains with their rules, and the elements of its maps and sets. Two of them compare quickly, so
/// that a change becomes a small transaction.
struct Ruleset {
    struct Chain {
        std::string header;             ///< "type nat hook ...;" of base chains
        std::vector<std::string> rules; ///< in nft(8) syntax
        friend bool operator==(const Chain &, const Chain &) = default;
    };
    struct Set {
        std::string declaration;                     ///< "map" or "set" with its type and flags
        std::map<std::string, std::string> elements; ///< key -> value (empty for sets)
        friend bool operator==(const Set &, const Set &) = default;
    };
    std::map<std::string, Chain> chains;
    std::map<std::string, Set> sets;
};

Ruleset buildRuleset(const Desired &desired);

/// The nft commands that make a table hold the ruleset from scratch, whatever it held before, in one transaction.
std::string replaceCommands(std::string_view family, std::string_view table, const Ruleset &ruleset);
/// The commands that turn one ruleset into the other; empty when they are equal. Both were built by buildRuleset().
std::string updateCommands(std::string_view family, std::string_view table, const Ruleset &from, const Ruleset &to);

} // namespace coracle::network::proxy
