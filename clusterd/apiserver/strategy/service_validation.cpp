#include "clusterd/apiserver/strategy/service_validation.h"

#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kTypes[] = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
constexpr std::string_view kAffinities[] = {"ClientIP", "None"};
constexpr std::string_view kTrafficPolicies[] = {"Cluster", "Local"};
constexpr std::string_view kFamilies[] = {"IPv4", "IPv6"};
constexpr std::string_view kFamilyPolicies[] = {"PreferDualStack", "RequireDualStack", "SingleStack"};
constexpr std::string_view kDistributions[] = {"PreferClose", "PreferSameNode", "PreferSameZone"};
const FieldPath kSpec("spec");

void checkPorts(Checker &check, const JsonObject &spec) {
    const JsonArray &ports = arrayAt(spec, "ports");
    const std::string_view type = textAt(spec, "type");
    const FieldPath path = kSpec / "ports";
    if (ports.empty() && textAt(spec, "clusterIP") != "None" && type != "ExternalName")
        check.errors.required(path);
    std::set<std::string_view> names;
    std::set<std::pair<std::string_view, int64_t>> numbers, nodePorts;
    for (size_t i = 0; i < ports.size(); ++i) {
        const JsonObject &port = asObject(ports[i]);
        const FieldPath own = path[i];
        const std::string_view name = textAt(port, "name"), protocol = textAt(port, "protocol");
        const int64_t number = intAt(port, "port"), nodePort = intAt(port, "nodePort");
        if (name.empty() && ports.size() > 1)
            check.errors.required(own / "name");
        check.optionalText(own, port, "name", dns1123LabelErrors);
        if (!name.empty() && !names.insert(name).second)
            check.errors.duplicate(own / "name", name);
        check.portNumber(own / "port", number);
        check.requiredWord(own, port, "protocol", kProtocols);
        if (const JsonValue *target = memberAt(port, "targetPort"))
            check.portNumberOrName(own / "targetPort", *target);
        check.optionalText(own, port, "appProtocol", qualifiedNameErrors);
        if (!numbers.emplace(protocol, number).second)
            check.errors.duplicate(own, JsonObject{{"protocol", protocol}, {"port", number}});
        if (nodePort == 0)
            continue;
        if (type == "ClusterIP" || type == "ExternalName")
            check.errors.forbidden(own / "nodePort", "may not be used when `type` is 'ClusterIP'");
        if (!nodePorts.emplace(protocol, nodePort).second)
            check.errors.duplicate(own / "nodePort", nodePort);
    }
}

void checkAffinity(Checker &check, const JsonObject &spec) {
    check.requiredWord(kSpec, spec, "sessionAffinity", kAffinities);
    const FieldPath path = kSpec / "sessionAffinityConfig";
    if (textAt(spec, "sessionAffinity") == "ClientIP") {
        const int64_t seconds = intAt(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds");
        if (seconds <= 0 || seconds > 86400)
            check.errors.invalid(path / "clientIP" / "timeoutSeconds", seconds,
                                 "must be greater than 0 and less than 86400");
    } else if (hasAt(spec, "sessionAffinityConfig")) {
        check.errors.forbidden(path, "must not be set when session affinity is None");
    }
}

void checkAddresses(Checker &check, const JsonObject &spec) {
    const std::string_view type = textAt(spec, "type"), first = textAt(spec, "clusterIP");
    const JsonArray &ips = arrayAt(spec, "clusterIPs"), &families = arrayAt(spec, "ipFamilies");
    if (type == "ExternalName") {
        for (const std::string_view name : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
            if (!isEmptyJson(spec.if_contains(name)))
                check.errors.forbidden(kSpec / name, "may not be set for ExternalName services");
        return;
    }
    const FieldPath path = kSpec / "clusterIPs";
    if (ips.size() > 2)
        check.errors.invalid(path, ips, "may only hold up to 2 values");
    if (!ips.empty() && asText(ips.front()) != first)
        check.errors.invalid(path, ips, "first value must match `clusterIP`");
    for (size_t i = 0; i < ips.size(); ++i) {
        if (asText(ips[i]) == "None") {
            if (i > 0 || ips.size() > 1)
                check.errors.invalid(path[i], ips, "'None' must be the first and only value");
            else if (type != "ClusterIP")
                check.errors.invalid(path[i], "None", fmt::format("may not be set to 'None' for {} services", type));
        } else {
            check.ip(path[i], asText(ips[i]));
        }
    }
    if (ips.size() == 2 && isIpv6(asText(ips[0])) == isIpv6(asText(ips[1])))
        check.errors.invalid(path, ips, "may specify no more than one IP for each IP family");
    for (size_t i = 0; i < families.size(); ++i) {
        if (!oneOf(asText(families[i]), kFamilies))
            check.errors.notSupported((kSpec / "ipFamilies")[i], asText(families[i]), kFamilies);
        if (i == 1 && families[0] == families[1])
            check.errors.duplicate((kSpec / "ipFamilies")[i], asText(families[i]));
        if (i < ips.size() && isIp(asText(ips[i])) && isIpv6(asText(ips[i])) != (asText(families[i]) == "IPv6"))
            check.errors.invalid(
                path[i], ips,
                fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", asText(families[i]), i));
    }
    check.optionalWord(kSpec, spec, "ipFamilyPolicy", kFamilyPolicies);
}

void checkExternalIps(Checker &check, const JsonObject &spec) {
    const JsonArray &ips = arrayAt(spec, "externalIPs");
    for (size_t i = 0; i < ips.size(); ++i) {
        const std::string_view ip = asText(ips[i]);
        const FieldPath own = (kSpec / "externalIPs")[i];
        check.ip(own, ip);
        if (ip == "0.0.0.0" || ip == "::")
            check.errors.invalid(own, ip, fmt::format("may not be unspecified ({})", ip));
        if (ip.starts_with("127.") || ip == "::1")
            check.errors.invalid(own, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        if (ip.starts_with("169.254.") || ip.starts_with("fe80:"))
            check.errors.invalid(own, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        if (ip.starts_with("224.0.0.") || ip.starts_with("ff02:"))
            check.errors.invalid(own, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

void checkTraffic(Checker &check, const JsonObject &spec) {
    const std::string_view type = textAt(spec, "type");
    const bool external =
        type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && !arrayAt(spec, "externalIPs").empty());
    if (!external && !textAt(spec, "externalTrafficPolicy").empty())
        check.errors.invalid(kSpec / "externalTrafficPolicy", textAt(spec, "externalTrafficPolicy"),
                             "may only be set for externally-accessible services");
    else if (external)
        check.requiredWord(kSpec, spec, "externalTrafficPolicy", kTrafficPolicies);
    if (type != "ExternalName")
        check.requiredWord(kSpec, spec, "internalTrafficPolicy", kTrafficPolicies);
    const int64_t health = intAt(spec, "healthCheckNodePort");
    const bool needsHealth = type == "LoadBalancer" && textAt(spec, "externalTrafficPolicy") == "Local";
    if (health != 0 && needsHealth)
        check.portNumber(kSpec / "healthCheckNodePort", health);
    else if (health != 0)
        check.errors.invalid(kSpec / "healthCheckNodePort", health,
                             "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    check.optionalWord(kSpec, spec, "trafficDistribution", kDistributions);
}

void checkLoadBalancer(Checker &check, const JsonObject &spec) {
    if (textAt(spec, "type") == "LoadBalancer") {
        const JsonArray &ranges = arrayAt(spec, "loadBalancerSourceRanges");
        for (size_t i = 0; i < ranges.size(); ++i)
            check.cidr((kSpec / "loadBalancerSourceRanges")[i], asText(ranges[i]));
        check.optionalText(kSpec, spec, "loadBalancerClass", qualifiedNameErrors);
        return;
    }
    for (const std::string_view name :
         {"loadBalancerSourceRanges", "loadBalancerClass", "allocateLoadBalancerNodePorts"})
        if (!isEmptyJson(spec.if_contains(name)))
            check.errors.forbidden(kSpec / name, "may only be used when `type` is 'LoadBalancer'");
}

} // namespace

void validateService(Checker &check, const JsonObject &service) {
    const JsonObject &spec = objectAt(service, "spec");
    checkPorts(check, spec);
    check.labels(kSpec / "selector", objectAt(spec, "selector"));
    checkAffinity(check, spec);
    checkAddresses(check, spec);
    checkExternalIps(check, spec);
    check.requiredWord(kSpec, spec, "type", kTypes);
    if (textAt(spec, "type") == "ExternalName") {
        std::string_view name = textAt(spec, "externalName");
        name = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
        if (name.empty())
            check.errors.required(kSpec / "externalName");
        else
            check.errors.invalidEach(kSpec / "externalName", name, dns1123SubdomainErrors(name));
    }
    checkTraffic(check, spec);
    checkLoadBalancer(check, spec);
}

void validateServiceUpdate(Checker &check, const JsonObject &service, const JsonObject &old) {
    const JsonObject &spec = objectAt(service, "spec"), &before = objectAt(old, "spec");
    if (textAt(spec, "type") == "ExternalName" || textAt(before, "type") == "ExternalName")
        return;
    const JsonArray &ips = arrayAt(spec, "clusterIPs"), &oldIps = arrayAt(before, "clusterIPs");
    for (size_t i = 0; i < oldIps.size(); ++i) {
        // The second address goes with the second family.
        const bool dropped = i > 0 && textAt(spec, "ipFamilyPolicy") == "SingleStack" && ips.size() < 2;
        if (!dropped && (i >= ips.size() || ips[i] != oldIps[i]))
            check.errors.invalid((kSpec / "clusterIPs")[i], ips,
                                 i == 0 ? "may not change once set"
                                        : "may not change once set unless ipFamilyPolicy is "
                                          "SingleStack");
    }
    const JsonArray &families = arrayAt(spec, "ipFamilies"), &oldFamilies = arrayAt(before, "ipFamilies");
    if (!families.empty() && !oldFamilies.empty() && families[0] != oldFamilies[0])
        check.errors.invalid((kSpec / "ipFamilies")[0], families, "may not change once set");
    if (textAt(spec, "type") == "LoadBalancer" && textAt(before, "type") == "LoadBalancer")
        check.immutable(kSpec, spec, before, "loadBalancerClass");
}

} // namespace coracle::apiserver
