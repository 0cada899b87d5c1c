#include "clusterd/network/node_network.h"

#include "clusterd/network/netlink.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"
#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::network {

namespace {

constexpr uint16_t kDnsPort = 53;
constexpr const char *kLoopback = "lo";

std::string hostCidr(const std::string &address) {
    return address + (address.find(':') == std::string::npos ? "/32" : "/128");
}

} // namespace

NodeNetwork::NodeNetwork(NodeNetworkOptions options, client::Client &client, Clock &clock, Random &random,
                         Executor executor)
    : m_options(std::move(options)),
      m_clock(clock),
      m_random(random),
      m_gate(std::move(executor)),
      m_services(client, corev1::Service::resource(), clock),
      m_slices(client, discoveryv1::EndpointSlice::resource(), clock),
      m_namespaces(client, corev1::Namespace::resource(), clock),
      m_pods(client, corev1::Pod::resource(), clock, {}, {}, "spec.nodeName=" + m_options.nodeName),
      m_nodes(client, corev1::Node::resource(), clock, {}, {}, "metadata.name=" + m_options.nodeName) {}

NodeNetwork::~NodeNetwork() = default;

Result<> NodeNetwork::start() {
    CHECK(prepareKernel());
    if (m_options.enableProxy) {
        proxy::ServiceProxyOptions options;
        options.table = m_options.instance.empty() ? "clusterd" : "clusterd-" + m_options.instance;
        options.nodeName = m_options.nodeName;
        options.clusterCidrs = m_options.clusterCidrs;
        if (m_options.enableDns)
            options.ownAddresses.insert(m_options.clusterDns.begin(), m_options.clusterDns.end());
        m_proxy =
            std::make_unique<proxy::ServiceProxy>(std::move(options), m_services, m_slices, m_pods, m_nodes, m_clock);
        m_proxy->start(m_gate);
    }
    if (m_options.enableDns)
        CHECK(startDns());
    for (client::Informer *informer : {&m_services, &m_slices, &m_namespaces, &m_pods, &m_nodes})
        informer->start(m_gate);
    return {};
}

Result<> NodeNetwork::prepareKernel() {
    for (const char *name : {"net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"})
        if (auto set = setSysctl(name, "1"); !set && std::string_view(name) == "net/ipv4/ip_forward")
            return set;
    // Answers of one pod to another that came by a service pass the bridge: without this they are not translated back.
    for (const char *name : {"net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables"})
        if (auto set = setSysctl(name, "1"); !set)
            log::warning("network",
                         "{}: pods on this node may not reach services whose pods are on it too; load the "
                         "kernel module br_netfilter",
                         set.error().message);
    return {};
}

Result<> NodeNetwork::startDns() {
    m_zone = std::make_unique<dns::ClusterZone>(m_options.clusterDomain, m_services, m_slices, m_namespaces);
    m_forwarder = std::make_unique<dns::Forwarder>(m_clock, m_random, m_options.resolvConf, m_options.clusterDns);
    m_dns = std::make_unique<dns::Server>(m_gate, *m_zone, *m_forwarder);
    for (const std::string &address : m_options.clusterDns) {
        CHECK(addAddress(kLoopback, hostCidr(address)));
        CHECK(m_dns->listen(address, kDnsPort));
    }
    return {};
}

Task<> NodeNetwork::stop() {
    if (m_dns)
        m_dns->close();
    co_await m_gate.close();
}

Task<> NodeNetwork::remove() {
    co_await stop();
    if (m_proxy)
        m_proxy->removeTables();
    for (const std::string &address : m_options.clusterDns)
        if (auto removed = removeAddress(kLoopback, hostCidr(address)); !removed)
            log::warning("network", "{}", removed.error().message);
}

bool NodeNetwork::ready() const {
    return (!m_proxy || m_proxy->upToDate()) && m_services.synced() && m_slices.synced();
}

} // namespace coracle::network
