#pragma once

#include "clusterd/network/proxy/nftables.h"
#include "clusterd/network/proxy/ruleset.h"
#include "core/base/async_event.h"
#include "core/client/informer.h"

#include <set>

namespace coracle::network::proxy {

struct ServiceProxyOptions {
    std::string table = "clusterd"; ///< nft table name; one per cluster on this machine
    std::string nodeName;
    std::vector<std::string> clusterCidrs; ///< one per family
    std::set<std::string> ownAddresses;    ///< cluster IPs that the daemon serves itself (DNS): left alone
};

/// Makes services reachable on this node, as kube-proxy does in nftables mode: cluster IPs, node ports, external IPs
/// and host ports. The kernel's tables follow the informers in small transactions, at most one per interval. One serial
/// executor: the gate's.
class ServiceProxy {
public:
    ServiceProxy(ServiceProxyOptions options, client::Informer &services, client::Informer &slices,
                 client::Informer &pods, client::Informer &nodes, Clock &clock);

    /// Begins once the informers are synced.
    void start(Gate &gate);
    /// Takes the tables away.
    void removeTables();
    /// The kernel holds what the informers show (for readiness and tests).
    bool upToDate() const { return m_applied && !m_dirty; }
    /// Why the last transaction failed; empty when it did not.
    const std::string &lastError() const { return m_lastError; }

private:
    Task<> run(Gate *gate);
    void touch();
    Desired desired(Family family) const;
    void addService(const client::ObjectPtr &object, Family family, Desired &desired) const;
    void addHostPorts(Family family, Desired &desired) const;
    Result<> sync();

    ServiceProxyOptions m_options;
    client::Informer &m_services, &m_slices, &m_pods, &m_nodes;
    Clock &m_clock;
    Nftables m_nftables;
    std::unique_ptr<AsyncEvent> m_changed;
    bool m_dirty = true, m_applied = false;
    Ruleset m_current[2]; ///< by family
    std::string m_lastError;
};

} // namespace coracle::network::proxy
