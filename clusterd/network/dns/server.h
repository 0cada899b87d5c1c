#pragma once

#include "clusterd/network/dns/cluster_zone.h"
#include "clusterd/network/dns/forwarder.h"
#include "core/base/gate.h"

#include <memory>
#include <vector>

namespace coracle::network::dns {

/// The cluster's DNS server, over UDP and TCP. One serial executor: the gate's.
class Server {
public:
    Server(Gate &gate, const ClusterZone &zone, Forwarder &forwarder);
    ~Server();

    /// Port 0 picks one, the same for UDP and TCP. The address must be on this machine.
    Result<uint16_t> listen(const std::string &address, uint16_t port);
    void close();

    /// The answer to one message; empty when it deserves none.
    Task<std::string> answer(std::string wire, bool overTcp);

private:
    struct Sockets;
    Task<> serveUdp(std::shared_ptr<Sockets> sockets);
    Task<> serveTcp(std::shared_ptr<Sockets> sockets);
    Task<Answer> resolve(Query query);

    Gate &m_gate;
    const ClusterZone &m_zone;
    Forwarder &m_forwarder;
    std::vector<std::shared_ptr<Sockets>> m_sockets; ///< one per address
};

} // namespace coracle::network::dns
