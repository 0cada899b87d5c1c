#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <fmt/format.h>
#include <set>

/// discovery.k8s.io.
namespace coracle::apiserver {

namespace {

constexpr size_t kEndpointsMax = 1000, kAddressesMax = 100, kPortsMax = 20000, kHintsMax = 8;

void checkAddress(Checker &check, const FieldPath &path, std::string_view text, std::string_view type) {
    if (type == "FQDN") {
        check.errors.invalidEach(path, text, dns1123SubdomainErrors(text));
    } else if (type == "IPv4" || type == "IPv6") {
        if (!isIp(text) || isIpv6(text) != (type == "IPv6"))
            check.errors.invalid(path, text, fmt::format("must be an {} address", type));
        else
            check.errors.invalidEach(path, text, reachableIpErrors(text));
    }
}

void checkHints(Checker &check, const FieldPath &path, const JsonObject &hints) {
    struct List {
        std::string_view name;
        Checker::Rule rule;
    };
    for (const List &list : {List{"forZones", dns1123LabelErrors}, List{"forNodes", dns1123SubdomainErrors}}) {
        check.maxItems(path, hints, list.name, kHintsMax);
        std::set<std::string_view> seen;
        check.each(path, hints, list.name, [&](const FieldPath &own, const JsonObject &hint) {
            const std::string_view name = textAt(hint, "name");
            if (!check.requiredText(own, hint, "name", list.rule))
                return;
            if (!seen.insert(name).second)
                check.errors.duplicate(own / "name", name);
        });
    }
}

void checkEndpoints(Checker &check, const JsonObject &object, std::string_view type) {
    const JsonArray &endpoints = arrayAt(object, "endpoints");
    if (endpoints.size() > kEndpointsMax) {
        check.errors.tooMany(FieldPath("endpoints"), endpoints.size(), kEndpointsMax);
        return;
    }
    check.each(FieldPath(), object, "endpoints", [&](const FieldPath &own, const JsonObject &endpoint) {
        const size_t addresses = arrayAt(endpoint, "addresses").size();
        if (addresses == 0)
            check.errors.required(own / "addresses", "must contain at least 1 address");
        else if (addresses > kAddressesMax)
            check.errors.tooMany(own / "addresses", addresses, kAddressesMax);
        check.eachText(own, endpoint, "addresses",
                       [&](const FieldPath &path, std::string_view text) { checkAddress(check, path, text, type); });
        if (hasAt(endpoint, "nodeName"))
            check.errors.invalidEach(own / "nodeName", textAt(endpoint, "nodeName"),
                                     dns1123SubdomainErrors(textAt(endpoint, "nodeName")));
        check.labels(own / "deprecatedTopology", objectAt(endpoint, "deprecatedTopology"));
        if (hasAt(endpoint, "hostname"))
            check.errors.invalidEach(own / "hostname", textAt(endpoint, "hostname"),
                                     dns1123LabelErrors(textAt(endpoint, "hostname")));
        checkHints(check, own / "hints", objectAt(endpoint, "hints"));
    });
}

void checkPorts(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
    const JsonArray &ports = arrayAt(object, "ports");
    if (ports.size() > kPortsMax) {
        check.errors.tooMany(FieldPath("ports"), ports.size(), kPortsMax);
        return;
    }
    std::set<std::string_view> names;
    check.each(FieldPath(), object, "ports", [&](const FieldPath &own, const JsonObject &port) {
        const std::string_view name = textAt(port, "name");
        check.optionalText(own, port, "name", dns1123LabelErrors);
        if (!names.insert(name).second)
            check.errors.duplicate(own / "name", name);
        check.requiredWord(own, port, "protocol", kProtocols);
        check.optionalText(own, port, "appProtocol", qualifiedNameErrors);
    });
}

void validateSlice(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kTypes[] = {"FQDN", "IPv4", "IPv6"};
    check.requiredWord(FieldPath(), object, "addressType", kTypes);
    checkEndpoints(check, object, textAt(object, "addressType"));
    checkPorts(check, object);
}

void validateSliceUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(FieldPath(), object, old, "addressType");
}

void warnSlice(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
    const std::string_view type = textAt(object, "addressType");
    if (!old && type == "FQDN")
        warnings.emplace_back("spec.addressType: FQDN endpoints are deprecated");
    if (type != "IPv4" && type != "IPv6")
        return;
    const JsonArray &endpoints = arrayAt(object, "endpoints");
    for (size_t i = 0; i < endpoints.size(); ++i) {
        const JsonArray &addresses = arrayAt(asObject(endpoints[i]), "addresses");
        for (size_t j = 0; j < addresses.size(); ++j)
            warnIp(warnings, (FieldPath("endpoints")[i] / "addresses")[j], asText(addresses[j]));
    }
}

} // namespace

void addEndpointSliceStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("discovery.k8s.io", "endpointslices", validateSlice, validateSliceUpdate,
                           RuleStrategy::Options{.warn = warnSlice});
}

} // namespace coracle::apiserver
