#include "clusterd/apiserver/strategy/service_ip_allocator.h"

#include "core/base/log.h"
#include "core/client/client.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

const api::ResourceInfo &ipAddresses() {
    static const api::ResourceInfo &resource = *api::findResource("networking.k8s.io", "v1", "ipaddresses");
    return resource;
}

JsonObject parsed(const api::ObjectPtr &object) {
    boost::json::error_code error;
    JsonValue value = object ? boost::json::parse(object->json(), error) : JsonValue();
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

} // namespace

ServiceIpAllocator::ServiceIpAllocator(const Reader &reader, Random &random, ServiceNetworks networks)
    : m_reader(reader), m_random(random), m_networks(std::move(networks)) {}

bool ServiceIpAllocator::serves(IpFamily family) const {
    return std::ranges::any_of(m_networks.cidrs, [&](const std::string &text) {
        const auto cidr = parseCidr(text);
        return cidr && (cidr->bytes.size() == 16) == (family == IpFamily::IPv6);
    });
}

IpFamily ServiceIpAllocator::defaultFamily() const {
    const auto cidr = m_networks.cidrs.empty() ? std::nullopt : parseCidr(m_networks.cidrs.front());
    return cidr && cidr->bytes.size() == 16 ? IpFamily::IPv6 : IpFamily::IPv4;
}

void ServiceIpAllocator::loadOnce() {
    std::lock_guard lock(m_mutex);
    if (std::exchange(m_loaded, true))
        return;
    for (const api::ObjectPtr &service : m_reader.list(*api::findResource("", "v1", "services"), {})) {
        const JsonObject object = parsed(service);
        for (const JsonValue &ip : arrayAt(object, "spec", "clusterIPs"))
            if (std::string text = canonicalIp(asText(ip)); !text.empty() && !m_reader.get(ipAddresses(), {}, text))
                m_unrecorded.insert(std::move(text));
    }
}

bool ServiceIpAllocator::isTaken(const std::string &ip) const {
    std::lock_guard lock(m_mutex);
    return m_unrecorded.contains(ip) || m_reader.get(ipAddresses(), {}, ip);
}

Task<Result<bool>> ServiceIpAllocator::record(std::string ip, Request request) {
    if (request.dryRun)
        co_return true;
    if (!m_client)
        co_return errors::serviceUnavailable("addresses cannot be given out before the API server is up");
    std::string body = boost::json::serialize(ipAddressObject(ip, request.namespaceName, request.service));
    auto made = co_await m_client->create(ipAddresses(), std::string(), std::move(body));
    if (!made && !isAlreadyExists(made.error()))
        co_return Failure(std::move(made).error());
    co_return made.has_value();
}

Task<Result<std::string>> ServiceIpAllocator::allocate(IpFamily family, Request request) {
    loadOnce();
    const std::vector<ServiceRange> ranges = readyServiceRanges(m_reader, m_networks);
    for (const ServiceRange &range : ranges) {
        if (range.family() != family || range.size() == 0)
            continue;
        const uint64_t size = range.size(), band = std::min(range.staticBand(), size - 1), upper = size - band;
        const uint64_t start = m_random.below(upper);
        for (uint64_t step = 0; step < size; ++step) {
            const uint64_t place = step < upper ? band + (start + step) % upper : step - upper;
            const std::string ip = range.address(place + 1);
            if (isTaken(ip))
                continue;
            CO_TRY(const bool own, co_await record(ip, request));
            if (own)
                co_return ip;
        }
    }
    co_return errors::other("range is full");
}

Task<Result<>> ServiceIpAllocator::take(std::string ip, Request request) {
    loadOnce();
    const std::vector<ServiceRange> ranges = readyServiceRanges(m_reader, m_networks);
    if (std::ranges::none_of(ranges, [&](const ServiceRange &range) { return range.number(ip).has_value(); })) {
        std::string valid;
        for (const ServiceRange &range : ranges)
            if (range.family() == familyOf(ip))
                valid += (valid.empty() ? "" : ", ") + range.text();
        co_return errors::other(fmt::format("provided IP is not in the valid range. The range of valid IPs is {}",
                                            valid.empty() ? "empty" : valid));
    }
    const std::string name = canonicalIp(ip);
    bool own = false;
    if (!isTaken(name)) {
        CO_TRY(own, co_await record(name, std::move(request)));
    }
    if (!own)
        co_return errors::other("provided IP is already allocated");
    co_return Result<>{};
}

Task<> ServiceIpAllocator::release(std::string ip, Request request) {
    const std::string name = canonicalIp(ip);
    {
        std::lock_guard lock(m_mutex);
        m_unrecorded.erase(name);
    }
    const api::ObjectPtr address = m_reader.get(ipAddresses(), {}, name);
    if (!address || !m_client || request.dryRun)
        co_return;
    const JsonObject object = parsed(address);
    const JsonObject &parent = objectAt(object, "spec", "parentRef");
    if (textAt(parent, "name") != request.service || textAt(parent, "namespace") != request.namespaceName)
        co_return; // it is another one's
    client::DeleteOptions options;
    options.preconditionUid = std::string(address->uid());
    auto removed = co_await m_client->remove(ipAddresses(), std::string(), name, std::move(options));
    if (!removed && !isNotFound(removed.error())) // the repair will find it
        log::warning("apiserver", "cannot release cluster IP {}: {}", name, removed.error().message);
}

} // namespace coracle::apiserver
