#include "clusterd/apiserver/strategy/node_port_allocator.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// Automatic allocation keeps off the lower part of the range while there are other ports (KEP-3668).
uint64_t staticBand(uint64_t size) {
    constexpr uint64_t kLeast = 16, kMost = 128, kShare = 32;
    return size < kLeast ? 0 : std::min(std::clamp(size / kShare, kLeast, kMost), size - 1);
}

} // namespace

std::set<int> nodePortsOf(const JsonObject &spec) {
    std::set<int> ports;
    for (const JsonValue &port : arrayAt(spec, "ports"))
        ports.insert(static_cast<int>(intAt(asObject(port), "nodePort")));
    ports.insert(static_cast<int>(intAt(spec, "healthCheckNodePort")));
    ports.erase(0);
    return ports;
}

NodePortAllocator::NodePortAllocator(const Reader &reader, Random &random, const ServiceNetworks &networks)
    : m_reader(reader), m_random(random), m_first(networks.nodePortFirst), m_last(networks.nodePortLast) {}

void NodePortAllocator::loadOnce() {
    if (std::exchange(m_loaded, true))
        return;
    for (const api::ObjectPtr &service : m_reader.list(*api::findResource("", "v1", "services"), {})) {
        boost::json::error_code error;
        const JsonValue value = boost::json::parse(service->json(), error);
        m_taken.merge(nodePortsOf(objectAt(asObject(value), "spec")));
    }
}

Result<int> NodePortAllocator::allocate() {
    std::lock_guard lock(m_mutex);
    loadOnce();
    const auto size = static_cast<uint64_t>(m_last - m_first + 1);
    const uint64_t band = staticBand(size), upper = size - band, start = m_random.below(upper);
    for (uint64_t step = 0; step < size; ++step) {
        const uint64_t place = step < upper ? band + (start + step) % upper : step - upper;
        if (const int port = m_first + static_cast<int>(place); m_taken.insert(port).second)
            return port;
    }
    return errors::other("range is full");
}

Result<> NodePortAllocator::take(int port) {
    if (port < m_first || port > m_last)
        return errors::other(
            fmt::format("provided port is not in the valid range. The range of valid ports is {}-{}", m_first, m_last));
    std::lock_guard lock(m_mutex);
    loadOnce();
    if (!m_taken.insert(port).second)
        return errors::other("provided port is already allocated");
    return {};
}

void NodePortAllocator::release(int port) {
    std::lock_guard lock(m_mutex);
    loadOnce();
    m_taken.erase(port);
}

} // namespace coracle::apiserver
