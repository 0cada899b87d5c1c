#pragma once

#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Hints in EndpointSlices that keep traffic near: pure functions (k8s.io/endpointslice topologycache, trafficdist).
namespace coracle::controllers {

/// How a service wants its traffic distributed.
enum class HintMode : uint8_t {
    None,
    TopologyAuto,   ///< annotation service.kubernetes.io/topology-mode: Auto
    PreferSameZone, ///< spec.trafficDistribution PreferSameZone or PreferClose
    PreferSameNode,
};
HintMode hintMode(const corev1::Service &service);

/// The share of the cluster's CPU that each zone has, out of the ready nodes that are not control plane. Empty when a
/// node tells no zone or no CPU, or when there are not two zones.
using ZoneShares = std::map<std::string, double, std::less<>>;
struct ZonedNode {
    std::string zone;
    int64_t milliCpu = 0;
    bool counts = false; ///< ready, and not of the control plane

    friend bool operator==(const ZonedNode &, const ZonedNode &) = default;
};
ZonedNode zonedNode(const corev1::Node &node);
ZoneShares zoneShares(const std::map<std::string, ZonedNode> &nodes);

/// Sets the hints of a service's endpoints of one address type; those that are not ready get none. Endpoints of a zone
/// that has more than its share are given to those that have less, first those that `before` (hinted zones by address)
/// gave there. Returns why there are no hints; empty otherwise.
std::string setHints(HintMode mode, const std::vector<discoveryv1::Endpoint *> &endpoints, const ZoneShares &shares,
                     const std::map<std::string, std::string> &before);

} // namespace coracle::controllers
