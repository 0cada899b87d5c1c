#include "clusterd/network/proxy/endpoint_choice.h"

#include <algorithm>
#include <tuple>

namespace coracle::network::proxy {

namespace {

template<class List>
std::vector<std::string> namesOf(const List &hints) {
    std::vector<std::string> names;
    for (const auto &hint : hints)
        names.push_back(hint.name);
    return names;
}

using Hints = std::vector<std::string> Candidate::*;

bool names(const std::vector<std::string> &hints, std::string_view name) {
    return std::ranges::find(hints, name) != hints.end();
}

/// Every ready endpoint has a hint, and one of them is for this place.
bool hold(std::span<const Candidate> candidates, Hints hints, std::string_view place) {
    bool meant = false;
    for (const Candidate &candidate : candidates) {
        if (!candidate.ready)
            continue;
        if ((candidate.*hints).empty())
            return false;
        meant = meant || names(candidate.*hints, place);
    }
    return meant;
}

} // namespace

std::vector<Candidate> candidatesOf(std::span<const discoveryv1::EndpointSlice> slices, std::string_view portName,
                                    Family family) {
    std::vector<Candidate> candidates;
    for (const auto &slice : slices) {
        if ((slice.addressType == "IPv6") != (family == Family::IPv6) || slice.addressType == "FQDN")
            continue;
        const auto port = std::find_if(slice.ports.begin(), slice.ports.end(),
                                       [&](const auto &candidate) { return candidate.name.value_or("") == portName; });
        if (port == slice.ports.end() || !port->port)
            continue;
        for (const auto &endpoint : slice.endpoints) {
            if (endpoint.addresses.empty())
                continue;
            Candidate candidate{.address = endpoint.addresses.front(),
                                .port = static_cast<uint16_t>(*port->port),
                                .nodeName = endpoint.nodeName.value_or(""),
                                .ready = endpoint.conditions.ready.value_or(true)};
            candidate.drains = endpoint.conditions.serving.value_or(candidate.ready) &&
                               endpoint.conditions.terminating.value_or(false);
            if (endpoint.hints) {
                candidate.forZones = namesOf(endpoint.hints->forZones);
                candidate.forNodes = namesOf(endpoint.hints->forNodes);
            }
            candidates.push_back(std::move(candidate));
        }
    }
    return candidates;
}

std::vector<Endpoint> chooseEndpoints(std::span<const Candidate> candidates, std::string_view nodeName,
                                      std::string_view zone) {
    const bool byNode = hold(candidates, &Candidate::forNodes, nodeName);
    const bool byZone = !byNode && hold(candidates, &Candidate::forZones, zone);
    const auto isLocal = [&](const Candidate &candidate) { return candidate.nodeName == nodeName; };
    const bool anyReady = std::ranges::any_of(candidates, &Candidate::ready);
    const bool anyReadyHere =
        std::ranges::any_of(candidates, [&](const Candidate &one) { return one.ready && isLocal(one); });
    std::vector<Endpoint> chosen;
    for (const Candidate &candidate : candidates) {
        const bool hinted = byNode   ? names(candidate.forNodes, nodeName)
                            : byZone ? names(candidate.forZones, zone)
                                     : true;
        Endpoint endpoint{.address = candidate.address, .port = candidate.port};
        endpoint.cluster = anyReady ? candidate.ready && hinted : candidate.drains;
        endpoint.local = isLocal(candidate) && (anyReadyHere ? candidate.ready : candidate.drains);
        if (endpoint.cluster || endpoint.local)
            chosen.push_back(std::move(endpoint));
    }
    std::ranges::sort(chosen, {}, [](const Endpoint &e) { return std::tie(e.address, e.port); });
    return chosen;
}

} // namespace coracle::network::proxy
