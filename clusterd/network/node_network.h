#pragma once

#include "clusterd/network/dns/server.h"
#include "clusterd/network/proxy/service_proxy.h"
#include "core/base/gate.h"
#include "core/base/random.h"
#include "core/client/client.h"

#include <filesystem>
#include <memory>

namespace coracle::network {

struct NodeNetworkOptions {
    std::string nodeName;
    std::string instance; ///< suffix of the nft table, so that several clusters share a machine; may be empty
    std::vector<std::string> clusterCidrs; ///< pod ranges, one per family
    std::string clusterDomain = "cluster.local";
    std::vector<std::string> clusterDns; ///< addresses of the DNS service; the first may be empty: no DNS here
    std::filesystem::path resolvConf = "/etc/resolv.conf";
    bool enableProxy = true;
    bool enableDns = true;
};

/// The network of one node: forwarding switches, the service proxy and the DNS server, which answers on the cluster DNS
/// address itself (it is put on the loopback link). One serial executor: that of the gate, which is made inside.
class NodeNetwork {
public:
    NodeNetwork(NodeNetworkOptions options, client::Client &client, Clock &clock, Random &random, Executor executor);
    ~NodeNetwork();

    Result<> start();
    /// Stops; services keep working as they were last programmed, so that a restart of the daemon interrupts nothing.
    Task<> stop();
    /// Stops, and takes everything out of the kernel again.
    Task<> remove();

    bool ready() const;

private:
    Result<> prepareKernel();
    Result<> startDns();

    NodeNetworkOptions m_options;
    Clock &m_clock;
    Random &m_random;
    Gate m_gate;
    client::Informer m_services, m_slices, m_namespaces, m_pods, m_nodes;
    std::unique_ptr<proxy::ServiceProxy> m_proxy;
    std::unique_ptr<dns::ClusterZone> m_zone;
    std::unique_ptr<dns::Forwarder> m_forwarder;
    std::unique_ptr<dns::Server> m_dns;
};

} // namespace coracle::network
