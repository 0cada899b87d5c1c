#include "clusterd/apiserver/bootstrap/service_repair.h"

#include "clusterd/apiserver/bootstrap/ensure.h"
#include "clusterd/apiserver/strategy/node_port_allocator.h"
#include "core/api/time.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// An IPAddress is older than its Service by the time of one write.
constexpr auto kGrace = std::chrono::seconds(60);

const api::ResourceInfo &ipAddresses() {
    static const api::ResourceInfo &resource = *api::findResource("networking.k8s.io", "v1", "ipaddresses");
    return resource;
}
const api::ResourceInfo &services() {
    static const api::ResourceInfo &resource = *api::findResource("", "v1", "services");
    return resource;
}

} // namespace

ServiceRepair::ServiceRepair(client::Client &client, const Reader &reader, Clock &clock, client::EventRecorder &events,
                             ServiceNetworks networks)
    : m_client(client),
      m_reader(reader),
      m_clock(clock),
      m_events(events),
      m_networks(std::move(networks)),
      m_started(clock.now()) {}

void ServiceRepair::tell(const api::Object &about, std::string_view reason, std::string_view message) {
    log::warning("apiserver", "{} {}: {}", about.kind(), about.key(), message);
    m_events.event(client::ObjectReference::to(about), client::EventKind::Warning, reason, message);
}

Task<Result<>> ServiceRepair::run() {
    const std::vector<ServiceRange> ranges = readyServiceRanges(m_reader, m_networks);
    const std::vector<api::ObjectPtr> all = m_reader.list(services(), {});
    Owners owners;
    std::set<int> ports;
    for (const api::ObjectPtr &service : all) {
        checkPorts(service, ports);
        CO_CHECK(co_await checkAddresses(service, ranges, owners));
    }
    co_return co_await removeOrphans(owners);
}

void ServiceRepair::checkPorts(const api::ObjectPtr &service, std::set<int> &seen) {
    const JsonObject object = parsed(service);
    for (const int port : nodePortsOf(objectAt(object, "spec"))) {
        if (port < m_networks.nodePortFirst || port > m_networks.nodePortLast)
            tell(*service, "PortOutOfRange",
                 fmt::format("Port {} is not within the port range {}-{}; please recreate service", port,
                             m_networks.nodePortFirst, m_networks.nodePortLast));
        else if (!seen.insert(port).second)
            tell(*service, "PortAlreadyAllocated",
                 fmt::format("Port {} was assigned to multiple services; please recreate service", port));
    }
}

Task<Result<>> ServiceRepair::checkAddresses(api::ObjectPtr service, const std::vector<ServiceRange> &ranges,
                                             Owners &owners) {
    const JsonObject object = parsed(service);
    for (const JsonValue &value : arrayAt(object, "spec", "clusterIPs")) {
        const std::string_view text = asText(value);
        if (text == "None" || text.empty())
            continue;
        const std::string ip = canonicalIp(text);
        if (ip.empty()) {
            tell(*service, "ClusterIPNotValid",
                 fmt::format("Cluster IP {} is not a valid IP; please recreate service", text));
            continue;
        }
        const auto [owner, first] =
            owners.try_emplace(ip, Owner{std::string(service->namespaceName()), std::string(service->name())});
        if (!first) {
            tell(*service, "ClusterIPAlreadyAllocated",
                 fmt::format("Cluster IP [{}]: {} was assigned to multiple services; please recreate service",
                             familyName(familyOf(ip)), ip));
            continue;
        }
        if (std::ranges::none_of(ranges, [&](const ServiceRange &range) { return range.number(ip).has_value(); })) {
            tell(*service, "ClusterIPOutOfRange",
                 fmt::format("Cluster IP [{}]: {} is not within any configured Service CIDR; please recreate service",
                             familyName(familyOf(ip)), ip));
            continue;
        }
        CO_CHECK(co_await checkRecord(service, ip));
    }
    co_return Result<>{};
}

Task<Result<>> ServiceRepair::checkRecord(api::ObjectPtr service, std::string ip) {
    const api::ObjectPtr address = m_reader.get(ipAddresses(), {}, ip);
    const JsonObject present = parsed(address);
    const JsonObject &parent = objectAt(present, "spec", "parentRef");
    const bool right = textAt(parent, "resource") == "services" && textAt(parent, "name") == service->name() &&
                       textAt(parent, "namespace") == service->namespaceName();
    // The Service may have gone since the list was made.
    if ((address && right) || !m_reader.get(services(), service->namespaceName(), service->name()))
        co_return Result<>{};
    const std::string family(familyName(familyOf(ip)));
    if (address) {
        tell(*service, "ClusterIPNotAllocated",
             fmt::format("Cluster IP [{}]: {} has a wrong reference; repairing", family, ip));
        client::DeleteOptions options;
        options.preconditionUid = std::string(address->uid());
        auto removed = co_await m_client.remove(ipAddresses(), std::string(), ip, options);
        if (!removed && !isNotFound(removed.error()))
            co_return removed;
    } else {
        tell(*service, "ClusterIPNotAllocated",
             fmt::format("Cluster IP [{}]: {} is not allocated; repairing", family, ip));
    }
    co_return co_await createIfMissing(m_client, ipAddresses(),
                                       ipAddressObject(ip, service->namespaceName(), service->name()));
}

Task<Result<>> ServiceRepair::removeOrphans(const Owners &owners) {
    const std::vector<api::ObjectPtr> all = m_reader.list(ipAddresses(), {});
    for (const api::ObjectPtr &address : all) {
        if (address->label(kIpManagedBy) != kIpAllocator || owners.contains(address->name()))
            continue;
        const JsonObject object = parsed(address);
        const auto made = api::Time::parse(textAt(object, "metadata", "creationTimestamp"));
        const WallTime time = made ? made->valueOr(WallTime()) : WallTime();
        if (time >= std::chrono::floor<std::chrono::seconds>(m_started) && time + kGrace > m_clock.now())
            continue; // its Service may be on its way
        const JsonObject &parent = objectAt(object, "spec", "parentRef");
        tell(*address, "IPAddressNotAllocated",
             fmt::format("IPAddress: {} for Service {}/{} appears to have leaked: cleaning up", address->name(),
                         textAt(parent, "namespace"), textAt(parent, "name")));
        client::DeleteOptions options;
        options.preconditionUid = std::string(address->uid());
        auto removed = co_await m_client.remove(ipAddresses(), std::string(), std::string(address->name()), options);
        if (!removed && !isNotFound(removed.error()) && !isConflict(removed.error()))
            co_return removed;
    }
    co_return Result<>{};
}

} // namespace coracle::apiserver
