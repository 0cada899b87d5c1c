#include "clusterd/apiserver/strategy/service_families.h"

#include "clusterd/apiserver/strategy/service_spec.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kSingle = "SingleStack", kPrefer = "PreferDualStack", kRequire = "RequireDualStack";
const FieldPath kSpec("spec");

/// A change of the cluster's families does not change a Service that prefers two: only a change of the Service does.
bool keepsPreference(const JsonObject &spec, const JsonObject &old) {
    return !hasAt(spec, "ipFamilyPolicy")
               ? false
               : textAt(spec, "type") == textAt(old, "type") && textAt(spec, "ipFamilyPolicy") == kPrefer &&
                     textAt(old, "ipFamilyPolicy") == kPrefer && sameMember(spec, old, "clusterIPs") &&
                     sameMember(spec, old, "ipFamilies");
}

std::string_view policyFor(const JsonObject &spec, const JsonObject *old) {
    if (old && hasAt(*old, "ipFamilyPolicy"))
        return textAt(*old, "ipFamilyPolicy");
    return isHeadless(spec) && objectAt(spec, "selector").empty() ? kRequire : kSingle;
}

/// Whether the list lost its second entry and kept the first.
bool reduced(const JsonObject &spec, const JsonObject &old, std::string_view name) {
    const JsonArray &now = arrayAt(spec, name), &before = arrayAt(old, name);
    return !now.empty() && now.size() < before.size() && now.front() == before.front();
}

void followChange(JsonObject &spec, const JsonObject &old, FieldErrors &errors) {
    const FieldPath path = kSpec / "ipFamilyPolicy";
    const std::string policy(textAt(spec, "ipFamilyPolicy"));
    if (policy == kSingle) {
        for (const std::string_view name : {"clusterIPs", "ipFamilies"})
            if (sameMember(spec, old, name) && arrayAt(spec, name).size() > 1)
                ensureArray(spec, name).resize(1);
        return;
    }
    if (reduced(spec, old, "clusterIPs"))
        errors.invalid(path, policy, "must be 'SingleStack' to release the secondary cluster IP");
    if (reduced(spec, old, "ipFamilies"))
        errors.invalid(path, policy, "must be 'SingleStack' to release the secondary IP family");
}

/// A family for each address that has none yet.
void inferFamilies(const ServiceIpAllocator &networks, JsonObject &spec, FieldErrors &errors) {
    const JsonArray ips = arrayAt(spec, "clusterIPs");
    for (size_t i = arrayAt(spec, "ipFamilies").size(); i < ips.size() && asText(ips[i]) != "None"; ++i) {
        const IpFamily family = familyOf(asText(ips[i]));
        const JsonArray &known = arrayAt(spec, "ipFamilies");
        if (std::ranges::find(known, JsonValue(familyName(family))) != known.end())
            break; // two addresses of one family, which validation refuses
        if (networks.serves(family))
            ensureArray(spec, "ipFamilies").emplace_back(familyName(family));
        else
            errors.invalid((kSpec / "clusterIPs")[i], ips,
                           fmt::format("{} is not configured on this cluster", familyName(family)));
    }
}

void addOtherFamily(JsonObject &spec) {
    JsonArray &families = ensureArray(spec, "ipFamilies");
    families.push_back(asText(families.front()) == "IPv4" ? "IPv6" : "IPv4");
}

void checkNetworks(const ServiceIpAllocator &networks, const JsonObject &spec, FieldErrors &errors) {
    if (textAt(spec, "ipFamilyPolicy") == kRequire && !networks.dualStack())
        errors.invalid(kSpec / "ipFamilyPolicy", kRequire, "this cluster is not configured for dual-stack services");
    const JsonArray &families = arrayAt(spec, "ipFamilies");
    for (size_t i = 0; i < families.size(); ++i)
        if (!networks.serves(asText(families[i]) == "IPv6" ? IpFamily::IPv6 : IpFamily::IPv4))
            errors.invalid((kSpec / "ipFamilies")[i], asText(families[i]), "not configured on this cluster");
}

} // namespace

void fillServiceFamilies(const ServiceIpAllocator &networks, JsonObject &spec, const JsonObject *old,
                         std::vector<StatusCause> &causes) {
    if (isExternalName(spec) || (old && keepsPreference(spec, *old)))
        return;
    FieldErrors errors(causes);
    if (!hasAt(spec, "ipFamilyPolicy"))
        spec["ipFamilyPolicy"] = policyFor(spec, old);
    if (old)
        followChange(spec, *old, errors);
    const std::string policy(textAt(spec, "ipFamilyPolicy"));
    if (policy == kSingle)
        for (const std::string_view name : {"clusterIPs", "ipFamilies"})
            if (arrayAt(spec, name).size() == 2)
                errors.invalid(
                    kSpec / "ipFamilyPolicy", policy,
                    fmt::format("must be RequireDualStack or PreferDualStack when multiple {} are specified", name));
    inferFamilies(networks, spec, errors);
    if (!causes.empty())
        return;
    const bool anyNetwork = isHeadless(spec) && objectAt(spec, "selector").empty(); // its endpoints are anywhere
    if (!anyNetwork)
        checkNetworks(networks, spec, errors);
    if (!causes.empty())
        return;
    if (arrayAt(spec, "ipFamilies").empty())
        ensureArray(spec, "ipFamilies").emplace_back(familyName(networks.defaultFamily()));
    if (policy != kSingle && arrayAt(spec, "ipFamilies").size() == 1 && (anyNetwork || networks.dualStack()))
        addOtherFamily(spec);
}

} // namespace coracle::apiserver
