#include "clusterd/apiserver/strategy/service_ranges.h"

#include <algorithm>
#include <arpa/inet.h>
#include <boost/json/parse.hpp>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kNetworking = "networking.k8s.io";

std::string toBytes(std::string_view ip) {
    std::string bytes(16, '\0');
    const std::string text(ip);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
        return bytes;
    bytes.resize(4);
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ? bytes : std::string();
}

std::string toText(const std::string &bytes) {
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
    return text;
}

bool isReady(const JsonObject &cidr) {
    if (hasAt(cidr, "metadata", "deletionTimestamp"))
        return false;
    return std::ranges::any_of(arrayAt(cidr, "status", "conditions"), [](const JsonValue &condition) {
        return textAt(asObject(condition), "type") == "Ready" && textAt(asObject(condition), "status") == "True";
    });
}

} // namespace

ServiceRange::ServiceRange(Cidr cidr) : m_cidr(std::move(cidr)) {
    const bool v6 = family() == IpFamily::IPv6;
    const int hostBits = static_cast<int>(m_cidr.bytes.size()) * 8 - m_cidr.prefix;
    const uint64_t all = uint64_t(1) << std::min(hostBits, 63), reserved = v6 ? 1 : 2;
    m_last = all > reserved ? all - reserved : 0;
    constexpr uint64_t kLeast = 16, kMost = 256, kShare = 16;
    m_staticBand = all < kLeast ? 0 : std::clamp(all / kShare, kLeast, kMost);
    m_staticBand = std::min(m_staticBand, m_last);
}

std::string ServiceRange::address(uint64_t number) const {
    std::string bytes = m_cidr.bytes;
    for (size_t i = bytes.size(); number != 0 && i-- > 0; number >>= 8)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) | (number & 0xff));
    return toText(bytes);
}

std::optional<uint64_t> ServiceRange::number(std::string_view ip) const {
    const std::string bytes = toBytes(ip);
    if (bytes.empty() || !m_cidr.contains(bytes))
        return std::nullopt;
    uint64_t number = 0;
    for (size_t i = bytes.size() == 16 ? 8 : 0; i < bytes.size(); ++i)
        number = number << 8 | static_cast<unsigned char>(bytes[i] ^ m_cidr.bytes[i]);
    if (number == 0 || number > m_last)
        return std::nullopt;
    return number;
}

std::vector<ServiceRange> readyServiceRanges(const Reader &reader, const ServiceNetworks &networks) {
    std::vector<ServiceRange> ranges;
    auto add = [&](std::string_view text) {
        std::optional<Cidr> cidr = parseCidr(text);
        if (!cidr) // the configuration and the objects have been checked before
            return;
        ServiceRange range(std::move(*cidr));
        if (std::ranges::none_of(ranges, [&](const ServiceRange &one) { return one.text() == range.text(); }))
            ranges.push_back(std::move(range));
    };
    const api::ResourceInfo *resource = api::findResource(kNetworking, "servicecidrs");
    if (!resource || !reader.get(*resource, {}, "kubernetes"))
        for (const std::string &text : networks.cidrs)
            add(text);
    for (const api::ObjectPtr &object : resource ? reader.list(*resource, {}) : std::vector<api::ObjectPtr>()) {
        boost::json::error_code error;
        const JsonValue value = boost::json::parse(object->json(), error);
        if (isReady(asObject(value)))
            for (const JsonValue &text : arrayAt(asObject(value), "spec", "cidrs"))
                add(asText(text));
    }
    return ranges;
}

JsonObject ipAddressObject(std::string_view ip, std::string_view namespaceName, std::string_view service) {
    JsonObject labels{{kIpFamilyLabel, familyName(familyOf(ip))}, {kIpManagedBy, kIpAllocator}};
    JsonObject parent{{"group", ""}, {"resource", "services"}, {"namespace", namespaceName}, {"name", service}};
    return {{"apiVersion", "networking.k8s.io/v1"},
            {"kind", "IPAddress"},
            {"metadata", JsonObject{{"name", ip}, {"labels", std::move(labels)}}},
            {"spec", JsonObject{{"parentRef", std::move(parent)}}}};
}

} // namespace coracle::apiserver
