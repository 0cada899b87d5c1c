#include "clusterd/apiserver/strategy/service_allocator.h"

#include <algorithm>
#include <arpa/inet.h>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr uint64_t kRangeSizeMax = 1 << 16;

std::string toBytes(std::string_view ip) {
    std::string bytes(16, '\0');
    const std::string text(ip);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
        return bytes;
    bytes.resize(4);
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ? bytes : std::string();
}

/// Automatic allocation keeps off the lower part of a range, so that fixed addresses such as DNS find room (KEP-3070).
uint64_t staticBand(uint64_t size) {
    return std::min<uint64_t>(std::max<uint64_t>(16, size / 16), 256);
}
uint64_t staticPortBand(uint64_t size) {
    return std::min<uint64_t>(std::max<uint64_t>(16, size / 32), 128);
}

} // namespace

ServiceAllocator::ServiceAllocator(const Reader &reader, Random &random, const ServiceNetworks &networks)
    : m_reader(reader), m_random(random), m_portFirst(networks.nodePortFirst), m_portLast(networks.nodePortLast) {
    for (const std::string &text : networks.cidrs) {
        std::optional<Cidr> cidr = parseCidr(text);
        if (!cidr)
            continue; // the configuration has been checked before
        const bool v6 = cidr->bytes.size() == 16;
        const int hostBits = static_cast<int>(cidr->bytes.size()) * 8 - cidr->prefix;
        // Without the network address, and for IPv4 without the broadcast address.
        const uint64_t all = uint64_t(1) << std::min(hostBits, 62), reserved = v6 ? 1 : 2;
        const uint64_t last = all > reserved ? all - reserved : 0;
        m_ranges.push_back({std::move(*cidr), last, std::min(last, kRangeSizeMax), {}});
    }
}

std::string ServiceAllocator::Range::address(uint64_t offset) const {
    std::string bytes = cidr.bytes;
    for (size_t i = bytes.size(); offset != 0 && i-- > 0; offset >>= 8)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) | (offset & 0xff));
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
    return text;
}

std::optional<uint64_t> ServiceAllocator::Range::offset(std::string_view ip) const {
    const std::string bytes = toBytes(ip);
    if (bytes.empty() || !cidr.contains(bytes))
        return std::nullopt;
    uint64_t offset = 0;
    for (size_t i = bytes.size() == 16 ? 8 : 0; i < bytes.size(); ++i)
        offset = offset << 8 | static_cast<unsigned char>(bytes[i] ^ cidr.bytes[i]);
    if (offset == 0 || offset > last)
        return std::nullopt;
    return offset;
}

bool ServiceAllocator::serves(Family family) const {
    return rangeOf(family) != nullptr;
}

ServiceAllocator::Family ServiceAllocator::defaultFamily() const {
    return !m_ranges.empty() && m_ranges.front().cidr.bytes.size() == 16 ? Family::IPv6 : Family::IPv4;
}

const ServiceAllocator::Range *ServiceAllocator::rangeOf(Family family) const {
    for (const Range &range : m_ranges)
        if ((range.cidr.bytes.size() == 16) == (family == Family::IPv6))
            return &range;
    return nullptr;
}

ServiceAllocator::Range *ServiceAllocator::rangeOf(std::string_view ip) {
    for (Range &range : m_ranges)
        if (range.offset(ip))
            return &range;
    return nullptr;
}

void ServiceAllocator::loadOnce() {
    if (m_loaded)
        return;
    m_loaded = true;
    const api::ResourceInfo *services = api::findResource("", "services");
    for (const api::ObjectPtr &service : services ? m_reader.list(*services, {}) : std::vector<api::ObjectPtr>()) {
        boost::json::error_code error;
        const JsonValue value = boost::json::parse(service->json(), error);
        const JsonObject &spec = objectAt(asObject(value), "spec");
        for (const JsonValue &ip : arrayAt(spec, "clusterIPs"))
            (void)takeIpLocked(asText(ip)); // an address outside a changed range holds nothing here
        for (const JsonValue &port : arrayAt(spec, "ports"))
            if (const int64_t number = intAt(asObject(port), "nodePort"); number != 0)
                (void)takePortLocked(static_cast<int>(number), textAt(asObject(port), "protocol"));
        if (const int64_t number = intAt(spec, "healthCheckNodePort"); number != 0)
            (void)takePortLocked(static_cast<int>(number), "TCP");
    }
}

Result<std::string> ServiceAllocator::allocateIp(Family family) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    Range *range = const_cast<Range *>(rangeOf(family));
    if (!range || range->taken.size() >= range->size)
        return errors::other("range is full");
    const uint64_t band = std::min(staticBand(range->size), range->size - 1);
    const uint64_t upper = range->size - band, start = m_random.below(upper);
    for (uint64_t step = 0; step < range->size; ++step) {
        const uint64_t place = step < upper ? band + (start + step) % upper : step - upper;
        if (range->taken.insert(place + 1).second)
            return range->address(place + 1);
    }
    return errors::other("range is full");
}

Result<> ServiceAllocator::takeIpLocked(std::string_view ip) {
    Range *range = rangeOf(ip);
    const std::optional<uint64_t> offset = range ? range->offset(ip) : std::nullopt;
    if (!offset) {
        const Range *own = rangeOf(familyOf(ip));
        return errors::other(fmt::format("provided IP is not in the valid range. The range of valid IPs is {}",
                                         own ? own->cidr.text() : std::string("empty")));
    }
    if (!range->taken.insert(*offset).second)
        return errors::other("provided IP is already allocated");
    return {};
}

Result<> ServiceAllocator::takeIp(std::string_view ip) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    return takeIpLocked(ip);
}

Result<int> ServiceAllocator::allocatePort(std::string_view protocol) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    const auto size = static_cast<uint64_t>(m_portLast - m_portFirst + 1);
    const uint64_t band = std::min(staticPortBand(size), size - 1);
    const uint64_t start = band + m_random.below(size - band);
    auto take = [&](uint64_t place) {
        const int port = m_portFirst + static_cast<int>(place);
        // A number that another protocol has is left alone while there are others.
        const auto any = m_ports.lower_bound({port, std::string()});
        return (any == m_ports.end() || any->first != port) && m_ports.emplace(port, protocol).second;
    };
    for (uint64_t step = 0; step < size; ++step)
        if (const uint64_t place = (start + step) % size; take(place))
            return m_portFirst + static_cast<int>(place);
    return errors::other("range is full");
}

Result<> ServiceAllocator::takePortLocked(int port, std::string_view protocol) {
    if (port < m_portFirst || port > m_portLast)
        return errors::other(fmt::format("provided port is not in the valid range. The range of valid ports is {}-{}",
                                         m_portFirst, m_portLast));
    if (!m_ports.emplace(port, protocol).second)
        return errors::other("provided port is already allocated");
    return {};
}

Result<> ServiceAllocator::takePort(int port, std::string_view protocol) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    return takePortLocked(port, protocol);
}

void ServiceAllocator::releaseIp(std::string_view ip) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    if (Range *range = rangeOf(ip))
        range->taken.erase(*range->offset(ip));
}

void ServiceAllocator::releasePort(int port, std::string_view protocol) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    m_ports.erase({port, std::string(protocol)});
}

} // namespace coracle::apiserver
