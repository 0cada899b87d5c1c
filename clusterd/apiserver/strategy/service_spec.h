#pragma once

#include "clusterd/apiserver/json_access.h"

#include <string>
#include <vector>

/// What a Service's spec means: shared by its strategy, its validation and its allocation.
namespace coracle::apiserver {

inline bool isHeadless(const JsonObject &spec) {
    return textAt(spec, "clusterIP") == "None";
}
inline bool isExternalName(const JsonObject &spec) {
    return textAt(spec, "type") == "ExternalName";
}
inline bool isLoadBalancer(const JsonObject &spec) {
    return textAt(spec, "type") == "LoadBalancer";
}
inline bool needsClusterIp(const JsonObject &spec) {
    return !isExternalName(spec) && !isHeadless(spec);
}
inline bool mayHaveNodePorts(const JsonObject &spec) {
    return textAt(spec, "type") == "NodePort" || isLoadBalancer(spec);
}
inline bool needsNodePorts(const JsonObject &spec) {
    return textAt(spec, "type") == "NodePort" ||
           (isLoadBalancer(spec) &&
            (!hasAt(spec, "allocateLoadBalancerNodePorts") || flagAt(spec, "allocateLoadBalancerNodePorts")));
}
inline bool needsHealthCheckPort(const JsonObject &spec) {
    return isLoadBalancer(spec) && textAt(spec, "externalTrafficPolicy") == "Local";
}
inline bool isExternallyAccessible(const JsonObject &spec) {
    return mayHaveNodePorts(spec) || (textAt(spec, "type") == "ClusterIP" && !arrayAt(spec, "externalIPs").empty());
}

/// The addresses, without "None".
inline std::vector<std::string> clusterIpsOf(const JsonObject &spec) {
    std::vector<std::string> ips;
    for (const JsonValue &ip : arrayAt(spec, "clusterIPs"))
        if (!asText(ip).empty() && asText(ip) != "None")
            ips.emplace_back(asText(ip));
    return ips;
}

} // namespace coracle::apiserver
