#include "clusterd/controllers/endpoint/topology_hints.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

using discoveryv1::Endpoint;

constexpr double kOverload = 0.2; ///< how much more than its share an endpoint may get
constexpr const char *kTopologyMode = "service.kubernetes.io/topology-mode";
constexpr const char *kTopologyAwareHints = "service.kubernetes.io/topology-aware-hints"; // its old name

bool isReady(const Endpoint &endpoint) {
    return endpoint.conditions.ready.value_or(false);
}

void forZone(Endpoint &endpoint, const std::string &zone) {
    endpoint.hints.ensure().forZones.emplace_back().name = zone;
}

struct Transfers {
    std::map<std::string, int> giving, receiving; ///< by zone: how many endpoints
};

std::map<std::string, double>::iterator most(std::map<std::string, double> &zones) {
    return std::ranges::max_element(zones, {}, [](const auto &zone) { return zone.second; });
}

/// From how much each zone has too much or too little to whole endpoints.
Transfers transfersFor(const std::map<std::string, double> &desired, const std::map<std::string, int> &present) {
    std::map<std::string, double> toGive, toReceive;
    for (const auto &[zone, wanted] : desired) {
        const auto at = present.find(zone);
        const double more = (at == present.end() ? 0 : at->second) - wanted;
        if (more > 0)
            toGive[zone] = more;
        else if (more < 0)
            toReceive[zone] = -more;
    }
    Transfers transfers;
    while (!toGive.empty() && !toReceive.empty()) {
        const auto giver = most(toGive), receiver = most(toReceive);
        if ((giver->second < 1 && receiver->second < 1) || giver->second < 0.5 || receiver->second < 0.5)
            break;
        ++transfers.giving[giver->first];
        ++transfers.receiving[receiver->first];
        giver->second -= 1;
        receiver->second -= 1;
    }
    return transfers;
}

/// How many endpoints each zone should have; an error in words when no distribution keeps within the overload.
Result<std::map<std::string, double>> desiredByZone(size_t endpoints, const ZoneShares &shares) {
    if (shares.empty())
        return errors::other(
            "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes");
    if (shares.size() > endpoints)
        return errors::other(
            fmt::format("Insufficient number of endpoints ({} endpoints, {} zones)", endpoints, shares.size()));
    std::map<std::string, double> desired;
    auto left = static_cast<int64_t>(endpoints);
    for (const auto &[zone, share] : shares) {
        const double wanted = share * static_cast<double>(endpoints);
        const double least = std::ceil(wanted / (1 + kOverload) - 1e-9);
        desired[zone] = std::max(wanted, least);
        left -= static_cast<int64_t>(least);
    }
    if (left < 0)
        return errors::other(fmt::format("Unable to allocate minimum required endpoints to each zone without exceeding "
                                         "overload threshold ({} endpoints, {} zones)",
                                         endpoints, shares.size()));
    return desired;
}

std::string setTopologyHints(const std::vector<Endpoint *> &endpoints, const ZoneShares &shares,
                             const std::map<std::string, std::string> &before) {
    std::vector<Endpoint *> ready;
    std::ranges::copy_if(endpoints, std::back_inserter(ready), [](const Endpoint *one) { return isReady(*one); });
    const auto desired = desiredByZone(ready.size(), shares);
    if (!desired)
        return desired.error().message;
    std::map<std::string, int> present;
    for (const Endpoint *endpoint : ready) {
        if (endpoint->zone.value_or("").empty())
            return "One or more endpoints do not have a zone specified";
        ++present[*endpoint->zone];
    }
    Transfers transfers = transfersFor(*desired, present);
    const auto give = [&](Endpoint &endpoint, const std::string &zone) {
        int &giving = transfers.giving[*endpoint.zone], &receiving = transfers.receiving[zone];
        if (endpoint.hints || giving == 0 || receiving == 0)
            return;
        --giving;
        --receiving;
        forZone(endpoint, zone);
    };
    for (Endpoint *endpoint : ready) // what was given away stays where it is
        if (const auto at = before.find(endpoint->addresses.front()); at != before.end())
            if (at->second != *endpoint->zone && transfers.receiving.contains(at->second))
                give(*endpoint, at->second);
    for (Endpoint *endpoint : ready) {
        for (const auto &[zone, left] : std::map(transfers.receiving))
            give(*endpoint, zone);
        if (!endpoint->hints)
            forZone(*endpoint, *endpoint->zone);
    }
    return {};
}

} // namespace

HintMode hintMode(const corev1::Service &service) {
    const auto &annotations = service.metadata.annotations;
    auto mode = annotations.find(kTopologyAwareHints);
    if (mode == annotations.end())
        mode = annotations.find(kTopologyMode);
    if (mode != annotations.end() && (mode->second == "Auto" || mode->second == "auto"))
        return HintMode::TopologyAuto;
    const std::string &distribution = service.spec.trafficDistribution.value_or("");
    if (distribution == "PreferClose" || distribution == "PreferSameZone")
        return HintMode::PreferSameZone;
    return distribution == "PreferSameNode" ? HintMode::PreferSameNode : HintMode::None;
}

ZonedNode zonedNode(const corev1::Node &node) {
    ZonedNode result;
    const auto &labels = node.metadata.labels;
    if (const auto zone = labels.find("topology.kubernetes.io/zone"); zone != labels.end())
        result.zone = zone->second;
    if (const auto cpu = node.status.allocatable.find("cpu"); cpu != node.status.allocatable.end())
        result.milliCpu = cpu->second.milliValue();
    const bool ready = std::ranges::any_of(node.status.conditions, [](const corev1::NodeCondition &condition) {
        return condition.type == "Ready" && condition.status == "True";
    });
    result.counts = ready && !labels.contains("node-role.kubernetes.io/control-plane") &&
                    !labels.contains("node-role.kubernetes.io/master");
    return result;
}

ZoneShares zoneShares(const std::map<std::string, ZonedNode> &nodes) {
    std::map<std::string, int64_t> byZone;
    int64_t total = 0;
    for (const auto &[name, node] : nodes) {
        if (!node.counts)
            continue;
        if (node.zone.empty() || node.milliCpu <= 0)
            return {};
        byZone[node.zone] += node.milliCpu;
        total += node.milliCpu;
    }
    ZoneShares shares;
    if (byZone.size() < 2)
        return shares;
    for (const auto &[zone, milliCpu] : byZone)
        shares[zone] = static_cast<double>(milliCpu) / static_cast<double>(total);
    return shares;
}

std::string setHints(HintMode mode, const std::vector<Endpoint *> &endpoints, const ZoneShares &shares,
                     const std::map<std::string, std::string> &before) {
    for (Endpoint *endpoint : endpoints)
        endpoint->hints.reset();
    if (mode == HintMode::TopologyAuto) {
        std::string why = setTopologyHints(endpoints, shares, before);
        return why;
    }
    for (Endpoint *endpoint : endpoints) {
        if (mode == HintMode::None || !isReady(*endpoint))
            continue;
        if (endpoint->zone)
            forZone(*endpoint, *endpoint->zone);
        if (mode == HintMode::PreferSameNode && endpoint->nodeName)
            endpoint->hints.ensure().forNodes.emplace_back().name = *endpoint->nodeName;
    }
    return {};
}

} // namespace coracle::controllers
