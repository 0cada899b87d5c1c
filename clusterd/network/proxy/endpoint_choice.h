#pragma once

#include "clusterd/network/proxy/ruleset.h"
#include "core/api/types/discovery_v1.h"

#include <span>

namespace coracle::network::proxy {

/// An endpoint of a service port as the EndpointSlices tell of it.
struct Candidate {
    std::string address;
    uint16_t port = 0;
    std::string nodeName;
    bool ready = false;
    bool drains = false;                         ///< still serves while it terminates
    std::vector<std::string> forZones, forNodes; ///< hints: who shall use it
};

/// The endpoints of one port of a service out of all its slices.
std::vector<Candidate> candidatesOf(std::span<const discoveryv1::EndpointSlice> slices, std::string_view portName,
                                    Family family);

/// Which endpoints this node sends traffic to (kube-proxy CategorizeEndpoints), sorted. Ready ones; where none is,
/// those that still serve while they terminate (KEP-1669), for the policies Cluster and Local each by itself. The hints
/// hold when every ready endpoint has some and one of them is for this node, else for its zone.
std::vector<Endpoint> chooseEndpoints(std::span<const Candidate> candidates, std::string_view nodeName,
                                      std::string_view zone);

} // namespace coracle::network::proxy
