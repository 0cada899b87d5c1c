#include "clusterd/network/proxy/service_proxy.h"

#include "clusterd/network/proxy/endpoint_choice.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::network::proxy {

namespace {

constexpr Duration kInterval = std::chrono::milliseconds(100);
constexpr Duration kRetry = std::chrono::seconds(5);
constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
constexpr std::string_view kZoneLabel = "topology.kubernetes.io/zone";
constexpr std::string_view kProxyNameLabel = "service.kubernetes.io/service-proxy-name";
constexpr std::string_view kFamilyNames[] = {"ip", "ip6"};

bool isOf(Family family, std::string_view address) {
    return !address.empty() && (address.find(':') != std::string_view::npos) == (family == Family::IPv6);
}

std::string lowerCase(std::string text) {
    for (char &c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

} // namespace

ServiceProxy::ServiceProxy(ServiceProxyOptions options, client::Informer &services, client::Informer &slices,
                           client::Informer &pods, client::Informer &nodes, Clock &clock)
    : m_options(std::move(options)),
      m_services(services),
      m_slices(slices),
      m_pods(pods),
      m_nodes(nodes),
      m_clock(clock) {
    auto onChange = [this](const client::ObjectPtr &, const client::ObjectPtr &) { touch(); };
    services.addHandler(onChange);
    slices.addHandler(onChange);
    pods.addHandler([this](const client::ObjectPtr &before, const client::ObjectPtr &after) {
        // Pods matter by their host ports alone, and few have any.
        for (const client::ObjectPtr *pod : {&before, &after})
            if (*pod && (*pod)->json().find("\"hostPort\"") != std::string::npos)
                touch();
    });
    nodes.addHandler([this](const client::ObjectPtr &before, const client::ObjectPtr &after) {
        if (after && after->name() == m_options.nodeName &&
            (!before || before->generation() != after->generation() ||
             before->label(kZoneLabel) != after->label(kZoneLabel)))
            touch();
    });
}

void ServiceProxy::start(Gate &gate) {
    m_changed = std::make_unique<AsyncEvent>(gate.executor());
    gate.spawn([this, raw = &gate] { return run(raw); });
}

void ServiceProxy::touch() {
    m_dirty = true;
    if (m_changed)
        m_changed->notifyAll();
}

Task<> ServiceProxy::run(Gate *gate) {
    for (client::Informer *informer : {&m_services, &m_slices, &m_pods, &m_nodes})
        co_await informer->waitSynced();
    while (!gate->closed()) {
        while (!m_dirty && !gate->closed())
            co_await m_changed->wait();
        if (gate->closed())
            co_return;
        m_dirty = false;
        auto synced = sync();
        if (!synced) {
            if (m_lastError != synced.error().message)
                log::error("proxy", "cannot program the services: {}", synced.error().message);
            m_lastError = synced.error().message;
            m_dirty = true;
            m_applied = false; // the next attempt starts from scratch
        } else {
            m_lastError.clear();
            m_applied = true;
        }
        if (!(co_await m_clock.sleep(synced ? kInterval : kRetry)))
            co_return;
    }
}

Result<> ServiceProxy::sync() {
    for (Family family : {Family::IPv4, Family::IPv6}) {
        const auto index = static_cast<size_t>(family);
        Ruleset wanted = buildRuleset(desired(family));
        const std::string commands =
            m_applied ? updateCommands(kFamilyNames[index], m_options.table, m_current[index], wanted)
                      : replaceCommands(kFamilyNames[index], m_options.table, wanted);
        if (!commands.empty())
            CHECK(m_nftables.run(commands));
        m_current[index] = std::move(wanted);
    }
    return {};
}

void ServiceProxy::removeTables() {
    for (std::string_view family : kFamilyNames) {
        auto removed =
            m_nftables.run(fmt::format("add table {0} {1}\ndelete table {0} {1}\n", family, m_options.table));
        if (!removed)
            log::warning("proxy", "cannot remove the table {}: {}", m_options.table, removed.error().message);
    }
    m_applied = false;
}

Desired ServiceProxy::desired(Family family) const {
    Desired desired;
    desired.family = family;
    for (const std::string &cidr : m_options.clusterCidrs)
        if (isOf(family, cidr))
            desired.clusterCidr = cidr;
    if (const client::ObjectPtr object = m_nodes.get(m_options.nodeName))
        if (auto node = api::decode<corev1::Node>(*object)) {
            auto cidrs = node->spec.podCIDRs;
            cidrs.push_back(node->spec.podCIDR);
            for (const std::string &cidr : cidrs)
                if (desired.podCidr.empty() && isOf(family, cidr))
                    desired.podCidr = cidr;
        }
    for (const client::ObjectPtr &object : m_services.list())
        if (!object->label(kProxyNameLabel))
            addService(object, family, desired);
    addHostPorts(family, desired);
    return desired;
}

void ServiceProxy::addService(const client::ObjectPtr &object, Family family, Desired &desired) const {
    auto service = api::decode<corev1::Service>(*object);
    if (!service || service->spec.clusterIP == "None" || service->spec.type == "ExternalName")
        return;
    const corev1::ServiceSpec &spec = service->spec;
    std::string clusterIp;
    auto clusterIps = spec.clusterIPs;
    clusterIps.push_back(spec.clusterIP);
    for (const std::string &ip : clusterIps)
        if (clusterIp.empty() && isOf(family, ip))
            clusterIp = ip;
    if (clusterIp.empty() || m_options.ownAddresses.contains(clusterIp))
        return;
    const client::ObjectPtr node = m_nodes.get(m_options.nodeName);
    const std::string zone(node ? node->label(kZoneLabel).value_or("") : "");
    std::vector<discoveryv1::EndpointSlice> slices;
    for (const client::ObjectPtr &slice : m_slices.listNamespace(object->namespaceName()))
        if (slice->label(kServiceNameLabel) == object->name())
            if (auto decoded = api::decode<discoveryv1::EndpointSlice>(*slice))
                slices.push_back(std::move(*decoded));

    ServicePort entry;
    entry.clusterIp = clusterIp;
    for (const std::string &ip : spec.externalIPs)
        if (isOf(family, ip))
            entry.externalIps.push_back(ip);
    for (const auto &ingress : service->status.loadBalancer.ingress)
        if (isOf(family, ingress.ip) && ingress.ipMode.value_or("VIP") == "VIP")
            entry.externalIps.push_back(ingress.ip);
    for (const std::string &range : spec.loadBalancerSourceRanges)
        if (isOf(family, range))
            entry.sourceRanges.push_back(range);
    entry.externalLocal = spec.externalTrafficPolicy == "Local";
    entry.internalLocal = spec.internalTrafficPolicy.value_or("") == "Local";
    if (spec.sessionAffinity == "ClientIP") {
        entry.affinitySeconds = 10800;
        if (spec.sessionAffinityConfig && spec.sessionAffinityConfig->clientIP)
            entry.affinitySeconds =
                static_cast<uint32_t>(spec.sessionAffinityConfig->clientIP->timeoutSeconds.value_or(10800));
    }
    for (const corev1::ServicePort &port : spec.ports) {
        entry.name = fmt::format("{}:{}", object->key(), port.name);
        entry.protocol = lowerCase(port.protocol.empty() ? "TCP" : port.protocol);
        entry.port = static_cast<uint16_t>(port.port);
        entry.nodePort = static_cast<uint16_t>(port.nodePort);
        entry.endpoints = chooseEndpoints(candidatesOf(slices, port.name, family), m_options.nodeName, zone);
        desired.services.push_back(entry);
    }
}

void ServiceProxy::addHostPorts(Family family, Desired &desired) const {
    for (const client::ObjectPtr &object : m_pods.list()) {
        if (object->json().find("\"hostPort\"") == std::string::npos)
            continue;
        auto pod = api::decode<corev1::Pod>(*object);
        if (!pod || pod->spec.nodeName != m_options.nodeName || pod->spec.hostNetwork ||
            pod->status.phase == corev1::kPodSucceeded || pod->status.phase == corev1::kPodFailed)
            continue;
        std::string address;
        for (const auto &ip : pod->status.podIPs)
            if (address.empty() && isOf(family, ip.ip))
                address = ip.ip;
        if (address.empty())
            continue;
        for (const corev1::Container &container : pod->spec.containers)
            for (const corev1::ContainerPort &port : container.ports) {
                const bool anyHost = port.hostIP.empty() || port.hostIP == "0.0.0.0" || port.hostIP == "::";
                if (port.hostPort == 0 || (!anyHost && !isOf(family, port.hostIP)))
                    continue;
                desired.hostPorts.push_back({object->key(), lowerCase(port.protocol.empty() ? "TCP" : port.protocol),
                                             anyHost ? std::string() : port.hostIP,
                                             static_cast<uint16_t>(port.hostPort), address,
                                             static_cast<uint16_t>(port.containerPort)});
            }
    }
}

} // namespace coracle::network::proxy
