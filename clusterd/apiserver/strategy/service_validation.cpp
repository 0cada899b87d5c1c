#include "clusterd/apiserver/strategy/service_validation.h"

#include "clusterd/apiserver/strategy/service_spec.h"

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
constexpr std::string_view kSourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges";
constexpr std::string_view kTopologyMode = "service.kubernetes.io/topology-mode";
constexpr std::string_view kTopologyHints = "service.kubernetes.io/topology-aware-hints";
constexpr std::string_view kOnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
constexpr int64_t kKubeletPort = 10250;
const FieldPath kSpec("spec");

void checkAnnotations(Checker &check, const JsonObject &service) {
    const JsonObject &annotations = objectAt(service, "metadata", "annotations");
    const JsonValue *mode = memberAt(annotations, kTopologyMode), *hints = memberAt(annotations, kTopologyHints);
    if (mode && hints && *mode != *hints)
        check.errors.invalid(FieldPath("metadata.annotations").key(kTopologyMode), asText(*mode),
                             fmt::format("must match annotations[{}] when both are specified", kTopologyHints));
}

void checkType(Checker &check, const JsonObject &spec) {
    const std::string_view type = textAt(spec, "type");
    const JsonArray &ports = arrayAt(spec, "ports");
    if (ports.empty() && !isHeadless(spec) && !isExternalName(spec))
        check.errors.required(kSpec / "ports");
    for (size_t i = 0; i < ports.size() && isLoadBalancer(spec); ++i)
        if (intAt(asObject(ports[i]), "port") == kKubeletPort)
            check.errors.invalid(
                (kSpec / "ports")[i], kKubeletPort,
                fmt::format("may not expose port {} externally since it is used by kubelet", kKubeletPort));
    if (mayHaveNodePorts(spec) && isHeadless(spec))
        check.errors.invalid((kSpec / "clusterIPs")[0], "None",
                             fmt::format("may not be set to 'None' for {} services", type));
    if (!isExternalName(spec))
        return;
    for (const std::string_view name : {"clusterIPs", "ipFamilies", "ipFamilyPolicy"})
        if (!isEmptyJson(spec.if_contains(name)))
            check.errors.forbidden(kSpec / name, "may not be set for ExternalName services");
    std::string_view name = textAt(spec, "externalName");
    name = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
    if (name.empty())
        check.errors.required(kSpec / "externalName");
    else
        check.errors.invalidEach(kSpec / "externalName", name, dns1123SubdomainErrors(name));
}

void checkPorts(Checker &check, const JsonObject &spec) {
    const JsonArray &ports = arrayAt(spec, "ports");
    std::set<std::string_view> names;
    for (size_t i = 0; i < ports.size(); ++i) {
        const JsonObject &port = asObject(ports[i]);
        const FieldPath path = (kSpec / "ports")[i];
        const std::string_view name = textAt(port, "name");
        if (name.empty() && ports.size() > 1)
            check.errors.required(path / "name");
        check.optionalText(path, port, "name", dns1123LabelErrors);
        if (!name.empty() && !names.insert(name).second)
            check.errors.duplicate(path / "name", name);
        check.portNumber(path / "port", intAt(port, "port"));
        check.requiredWord(path, port, "protocol", kProtocols);
        if (const JsonValue *target = memberAt(port, "targetPort"))
            check.portNumberOrName(path / "targetPort", *target);
        check.optionalText(path, port, "appProtocol", qualifiedNameErrors);
    }
}

/// Numbers that may not be there, or not twice.
void checkPortNumbers(Checker &check, const JsonObject &spec) {
    const JsonArray &ports = arrayAt(spec, "ports");
    const FieldPath path = kSpec / "ports";
    for (size_t i = 0; i < ports.size(); ++i)
        if (intAt(asObject(ports[i]), "nodePort") != 0 && textAt(spec, "type") == "ClusterIP")
            check.errors.forbidden(path[i] / "nodePort", "may not be used when `type` is 'ClusterIP'");
    std::set<std::pair<std::string_view, int64_t>> nodePorts, numbers;
    for (size_t i = 0; i < ports.size(); ++i)
        if (const int64_t number = intAt(asObject(ports[i]), "nodePort");
            number != 0 && !nodePorts.emplace(textAt(asObject(ports[i]), "protocol"), number).second)
            check.errors.duplicate(path[i] / "nodePort", number);
    for (size_t i = 0; i < ports.size(); ++i) {
        const JsonObject &port = asObject(ports[i]);
        if (!numbers.emplace(textAt(port, "protocol"), intAt(port, "port")).second)
            check.errors.duplicate(path[i],
                                   JsonObject{{"protocol", textAt(port, "protocol")}, {"port", intAt(port, "port")}});
    }
}

void checkAffinity(Checker &check, const JsonObject &spec) {
    check.requiredWord(kSpec, spec, "sessionAffinity", kAffinities);
    const FieldPath path = kSpec / "sessionAffinityConfig";
    const std::string_view affinity = textAt(spec, "sessionAffinity");
    if (affinity == "ClientIP") {
        const FieldPath seconds = path / "clientIP" / "timeoutSeconds";
        const int64_t value = intAt(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds");
        if (!hasAt(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds"))
            check.errors.required(path, "when session affinity type is ClientIP");
        else if (value <= 0 || value > 86400)
            check.errors.invalid(seconds, value, "must be greater than 0 and less than 86400");
    } else if (affinity == "None" && hasAt(spec, "sessionAffinityConfig")) {
        check.errors.forbidden(path, "must not be set when session affinity is None");
    }
}

void checkFamilyWords(Checker &check, const JsonObject &spec) {
    const JsonArray &families = arrayAt(spec, "ipFamilies");
    std::set<std::string_view> seen;
    for (size_t i = 0; i < families.size(); ++i) {
        const std::string_view word = asText(families[i]);
        if (!oneOf(word, kFamilies))
            check.errors.notSupported((kSpec / "ipFamilies")[i], word, kFamilies);
        if (!seen.insert(word).second)
            check.errors.duplicate((kSpec / "ipFamilies")[i], word);
    }
    check.optionalWord(kSpec, spec, "ipFamilyPolicy", kFamilyPolicies);
}

void checkClusterIps(Checker &check, const JsonObject &spec) {
    if (isExternalName(spec))
        return; // none may be set, which is checked elsewhere
    const FieldPath path = kSpec / "clusterIPs";
    const std::string_view first = textAt(spec, "clusterIP");
    const JsonArray &ips = arrayAt(spec, "clusterIPs"), &families = arrayAt(spec, "ipFamilies");
    if (!first.empty() && ips.empty())
        check.errors.required(path);
    else if (!first.empty() && asText(ips.front()) != first)
        check.errors.invalid(path, ips, "first value must match `clusterIP`");
    else if (first.empty() && !ips.empty())
        check.errors.invalid(path, ips, "must be empty when `clusterIP` is not specified");
    checkFamilyWords(check, spec);
    bool wrong = false;
    for (size_t i = 0; i < ips.size(); ++i) {
        const std::string_view ip = asText(ips[i]);
        if (i == 0 && ip == "None") {
            wrong |= ips.size() > 1;
            if (ips.size() > 1)
                check.errors.invalid(path, ips, "'None' must be the first and only value");
            continue;
        }
        wrong |= !isIp(ip);
        check.ip(path[i], ip);
    }
    if (ips.size() > 2)
        check.errors.invalid(path, ips, "may only hold up to 2 values");
    if (wrong)
        return; // what follows would only repeat it
    if (ips.size() > 1 && (ips.size() != 2 || isIpv6(asText(ips[0])) == isIpv6(asText(ips[1]))))
        check.errors.invalid(path, ips, "may specify no more than one IP for each IP family");
    for (size_t i = 0; i < ips.size() && i < families.size() && !isHeadless(spec); ++i)
        if (oneOf(asText(families[i]), kFamilies) && isIpv6(asText(ips[i])) != (asText(families[i]) == "IPv6"))
            check.errors.invalid(
                path[i], asText(ips[i]),
                fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", asText(families[i]), i));
}

void checkExternalIps(Checker &check, const JsonObject &spec) {
    const JsonArray &ips = arrayAt(spec, "externalIPs");
    for (size_t i = 0; i < ips.size(); ++i) {
        const std::string_view ip = asText(ips[i]);
        const FieldPath path = (kSpec / "externalIPs")[i];
        check.ip(path, ip);
        if (isIp(ip))
            check.errors.invalidEach(path, ip, reachableIpErrors(ip));
    }
}

void checkSourceRanges(Checker &check, const JsonObject &service) {
    const JsonObject &spec = objectAt(service, "spec");
    const JsonArray &ranges = arrayAt(spec, "loadBalancerSourceRanges");
    const JsonValue *annotation = memberAt(service, "metadata", "annotations", kSourceRanges);
    const FieldPath path =
        ranges.empty() ? FieldPath("metadata.annotations").key(kSourceRanges) : kSpec / "loadBalancerSourceRanges";
    if (ranges.empty() && !annotation)
        return;
    if (!isLoadBalancer(spec))
        check.errors.forbidden(path, kOnlyLoadBalancer);
    for (size_t i = 0; i < ranges.size(); ++i)
        check.cidr(path[i], asText(ranges[i]));
    if (!ranges.empty())
        return;
    std::string_view rest = asText(*annotation);
    while (!rest.empty()) {
        const size_t comma = std::min(rest.find(','), rest.size());
        std::string_view one = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        one = one.substr(0, one.find_last_not_of(' ') + 1);
        if (!parseCidr(one)) {
            check.errors.invalid(path, asText(*annotation),
                                 "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ");
            return;
        }
    }
}

void checkLoadBalancer(Checker &check, const JsonObject &service, const JsonObject *old) {
    const JsonObject &spec = objectAt(service, "spec");
    checkSourceRanges(check, service);
    if (hasAt(spec, "allocateLoadBalancerNodePorts") && !isLoadBalancer(spec))
        check.errors.forbidden(kSpec / "allocateLoadBalancerNodePorts", kOnlyLoadBalancer);
    const FieldPath path = kSpec / "loadBalancerClass";
    const JsonObject &before = old ? objectAt(*old, "spec") : kNoObject;
    if (isLoadBalancer(before) && isLoadBalancer(spec) && !sameMember(spec, before, "loadBalancerClass"))
        check.errors.invalid(path, Shown::member(spec, "loadBalancerClass"), "may not change once set");
    if (isLoadBalancer(spec))
        check.optionalText(kSpec, spec, "loadBalancerClass", qualifiedNameErrors);
    else if (hasAt(spec, "loadBalancerClass"))
        check.errors.forbidden(path, kOnlyLoadBalancer);
}

void checkTraffic(Checker &check, const JsonObject &spec) {
    const std::string_view external = textAt(spec, "externalTrafficPolicy");
    if (isExternallyAccessible(spec))
        check.requiredWord(kSpec, spec, "externalTrafficPolicy", kTrafficPolicies);
    else if (!external.empty())
        check.errors.invalid(kSpec / "externalTrafficPolicy", external,
                             "may only be set for externally-accessible services");
    const int64_t health = intAt(spec, "healthCheckNodePort");
    if (health != 0 && needsHealthCheckPort(spec))
        check.portNumber(kSpec / "healthCheckNodePort", health);
    else if (health != 0)
        check.errors.invalid(kSpec / "healthCheckNodePort", health,
                             "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    if (!isExternalName(spec))
        check.requiredWord(kSpec, spec, "internalTrafficPolicy", kTrafficPolicies);
    check.optionalWord(kSpec, spec, "trafficDistribution", kDistributions);
}

/// Lists whose first entry is for good, and whose second one goes only with a change to a single family.
void checkKept(Checker &check, const JsonObject &spec, const JsonObject &old, std::string_view name,
               std::string_view what) {
    const JsonArray &now = arrayAt(spec, name), &before = arrayAt(old, name);
    const FieldPath path = kSpec / name;
    const bool cut = now.size() < before.size();
    if (cut && now.empty())
        check.errors.invalid(path[0], now, fmt::format("primary {} can not be unset", what));
    for (size_t i = 0; i < now.size() && i < before.size(); ++i)
        if (now[i] != before[i] && (i == 0 || now.size() == before.size()))
            check.errors.invalid(path[i], now, "may not change once set");
    if (cut && now.size() == 1 && textAt(spec, "ipFamilyPolicy") != "SingleStack")
        check.errors.invalid(kSpec / "ipFamilyPolicy", Shown::member(spec, "ipFamilyPolicy"),
                             fmt::format("must be set to 'SingleStack' when releasing the secondary {}", what));
}

} // namespace

void validateService(Checker &check, const JsonObject &service, const JsonObject *old) {
    const JsonObject &spec = objectAt(service, "spec");
    checkAnnotations(check, service);
    checkType(check, spec);
    checkPorts(check, spec);
    check.labels(kSpec / "selector", objectAt(spec, "selector"));
    checkAffinity(check, spec);
    checkClusterIps(check, spec);
    checkExternalIps(check, spec);
    check.requiredWord(kSpec, spec, "type", kTypes);
    checkPortNumbers(check, spec);
    checkLoadBalancer(check, service, old);
    checkTraffic(check, spec);
}

void validateServiceUpdate(Checker &check, const JsonObject &service, const JsonObject &old) {
    const JsonObject &spec = objectAt(service, "spec"), &before = objectAt(old, "spec");
    // A headless Service may be for other families later; its "None" stays.
    if (!isExternalName(spec) && !isExternalName(before) && !(isHeadless(spec) && isHeadless(before))) {
        checkKept(check, spec, before, "clusterIPs", "clusterIP");
        if (isHeadless(spec) == isHeadless(before))
            checkKept(check, spec, before, "ipFamilies", "ipFamily");
    }
    validateService(check, service, &old);
}

void validateServiceStatus(Checker &check, const JsonObject &service) {
    static constexpr std::string_view kModes[] = {"Proxy", "VIP"};
    const JsonArray &points = arrayAt(service, "status", "loadBalancer", "ingress");
    const FieldPath path("status.loadBalancer.ingress");
    if (!isLoadBalancer(objectAt(service, "spec")) && !points.empty())
        check.errors.forbidden(path, kOnlyLoadBalancer);
    for (size_t i = 0; i < points.size(); ++i) {
        const JsonObject &point = asObject(points[i]);
        const std::string_view ip = textAt(point, "ip"), host = textAt(point, "hostname");
        if (!ip.empty())
            check.ip(path[i] / "ip", ip);
        if (!ip.empty() && !hasAt(point, "ipMode"))
            check.errors.required(path[i] / "ipMode", "must be specified when `ip` is set");
        if (ip.empty() && hasAt(point, "ipMode"))
            check.errors.forbidden(path[i] / "ipMode", "may not be specified when `ip` is not set");
        check.optionalWord(path[i], point, "ipMode", kModes);
        if (host.empty())
            continue;
        check.errors.invalidEach(path[i] / "hostname", host, dns1123SubdomainErrors(host));
        if (isIp(host))
            check.errors.invalid(path[i] / "hostname", host, "must be a DNS name, not an IP address");
    }
}

} // namespace coracle::apiserver
