#include "clusterd/apiserver/strategy/warnings.h"

#include "clusterd/apiserver/strategy/validators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::apiserver {

namespace {

/// Names and what is said of them.
struct Notice {
    std::string_view name, words;
};

constexpr Notice kNodeLabels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
};

constexpr Notice kVolumes[] = {
    {"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
    {"gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
    {"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
    {"flocker", "deprecated in v1.22, non-functional in v1.25+"},
    {"storageos", "deprecated in v1.22, non-functional in v1.25+"},
    {"quobyte", "deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
    {"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
    {"rbd", "deprecated in v1.28, non-functional in v1.31+"},
};

void warn(WarningList &warnings, const FieldPath &path, std::string_view words) {
    warnings.push_back(fmt::format("{}: {}", path.text(), words));
}

/// Amounts of bytes are whole numbers.
void warnFraction(WarningList &warnings, const FieldPath &path, const JsonObject &amounts, std::string_view name) {
    const auto amount = api::Quantity::parse(textAt(amounts, name));
    if (hasAt(amounts, name) && amount && amount->milliValue() % 1000 != 0)
        warn(warnings, path.key(name),
             fmt::format("fractional byte value {} is invalid, must be an integer", quoted(amount->text())));
}

} // namespace

std::optional<std::string_view> deprecatedNodeLabel(std::string_view label) {
    for (const Notice &notice : kNodeLabels)
        if (notice.name == label)
            return notice.words;
    return std::nullopt;
}

void warnNodeTerm(WarningList &warnings, const FieldPath &path, const JsonObject &term) {
    const JsonArray &requirements = arrayAt(term, "matchExpressions");
    for (size_t i = 0; i < requirements.size(); ++i) {
        const std::string_view key = textAt(asObject(requirements[i]), "key");
        if (const auto words = deprecatedNodeLabel(key))
            warn(warnings, (path / "matchExpressions")[i] / "key", fmt::format("{} is {}", key, *words));
    }
}

void warnVolumeSource(WarningList &warnings, const FieldPath &path, const JsonObject &volume) {
    for (const Notice &notice : kVolumes)
        if (hasAt(volume, notice.name))
            warn(warnings, path / (notice.name == "storageos" ? "storageOS" : notice.name), notice.words);
}

void warnClaimSpec(WarningList &warnings, const FieldPath &path, const JsonObject &spec) {
    for (const std::string_view list : {"requests", "limits"})
        warnFraction(warnings, path / "resources" / list, objectAt(spec, "resources", list), "storage");
}

void warnHostname(WarningList &warnings, const JsonObject &object, std::string_view usedIn) {
    const Problems problems = dns1123LabelErrors(textAt(object, "metadata", "name"));
    if (!problems.empty())
        warnings.push_back(fmt::format("metadata.name: this is used in {}, which can result in surprising behavior; a "
                                       "DNS label is recommended: [{}]",
                                       usedIn, fmt::join(problems, " ")));
}

void warnIp(WarningList &warnings, const FieldPath &path, std::string_view address) {
    const std::string canonical = canonicalIp(address);
    if (!canonical.empty() && canonical != address)
        warn(warnings, path,
             fmt::format("IPv6 address {} should be in RFC 5952 canonical format ({})", quoted(address),
                         quoted(canonical)));
}

void warnCidr(WarningList &warnings, const FieldPath &path, std::string_view cidr) {
    const std::optional<Cidr> parsed = parseCidr(cidr);
    if (!parsed)
        return;
    const std::string address = canonicalIp(cidr.substr(0, cidr.find('/')));
    const std::string network = parsed->text();
    const std::string same = fmt::format("{}/{}", address, parsed->prefix);
    if (same != network)
        warn(warnings, path,
             fmt::format("CIDR value {} is ambiguous in this context (should be {} or {}?)", quoted(cidr),
                         quoted(network), quoted(fmt::format("{}/{}", address, parsed->bytes.size() * 8))));
    else if (network != cidr)
        warn(warnings, path,
             fmt::format("IPv6 CIDR value {} should be in RFC 5952 canonical format ({})", quoted(cidr),
                         quoted(network)));
}

void warnService(WarningList &warnings, const JsonObject &service) {
    constexpr std::string_view kHints = "service.kubernetes.io/topology-aware-hints";
    const JsonObject &spec = objectAt(service, "spec");
    const FieldPath path("spec");
    const std::string_view type = textAt(spec, "type");
    const bool headless = type == "ClusterIP" && textAt(spec, "clusterIP") == "None";
    const JsonArray &external = arrayAt(spec, "externalIPs"), &ips = arrayAt(spec, "clusterIPs");
    if (hasAt(service, "metadata", "annotations", kHints))
        warnings.push_back(fmt::format("annotation {} is deprecated, please use service.kubernetes.io/topology-mode "
                                       "instead",
                                       kHints));
    for (size_t i = 0; i < ips.size() && !headless; ++i)
        warnIp(warnings, (path / "clusterIPs")[i], asText(ips[i]));
    if (headless) {
        if (!textAt(spec, "loadBalancerIP").empty())
            warnings.emplace_back("spec.loadBalancerIP is ignored for headless services");
        if (!external.empty())
            warnings.emplace_back("spec.externalIPs is ignored for headless services");
        if (textAt(spec, "sessionAffinity") != "None")
            warnings.emplace_back("spec.SessionAffinity is ignored for headless services");
    }
    for (size_t i = 0; i < external.size(); ++i)
        warnIp(warnings, (path / "externalIPs")[i], asText(external[i]));
    if (!external.empty() && !headless && type != "ExternalName")
        warnings.emplace_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    if (!textAt(spec, "loadBalancerIP").empty())
        warnIp(warnings, path / "loadBalancerIP", textAt(spec, "loadBalancerIP"));
    const JsonArray &ranges = arrayAt(spec, "loadBalancerSourceRanges");
    for (size_t i = 0; i < ranges.size(); ++i)
        warnCidr(warnings, (path / "loadBalancerSourceRanges")[i], asText(ranges[i]));
    if (type == "ExternalName" && !external.empty())
        warnings.emplace_back("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    if (type != "ExternalName" && !textAt(spec, "externalName").empty())
        warnings.emplace_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    if (textAt(spec, "trafficDistribution") == "PreferClose")
        warnings.emplace_back("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
}

} // namespace coracle::apiserver
