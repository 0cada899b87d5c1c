#include "clusterd/scheduler/node_info.h"

#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <algorithm>

namespace coracle::scheduler {

std::string NodeInfo::zone() const {
    std::string text;
    if (const auto region = label("topology.kubernetes.io/region"))
        text += *region;
    text += '/';
    if (const auto zone = label("topology.kubernetes.io/zone"))
        text += *zone;
    return text;
}

bool NodeInfo::portTaken(const HostPort &port) const {
    return std::any_of(m_ports.begin(), m_ports.end(), [&](const HostPort &taken) { return taken.conflicts(port); });
}

int64_t NodeInfo::imageSize(const std::string &image) const {
    const auto found = m_images.find(image);
    return found == m_images.end() ? 0 : found->second;
}

Result<> NodeInfo::setObject(api::ObjectPtr object) {
    TRY(const corev1::Node node, api::decode<corev1::Node>(*object));
    m_taints.clear();
    for (const auto &taint : node.spec.taints)
        m_taints.push_back({taint.key, taint.value, taint.effect});
    m_unschedulable = node.spec.unschedulable;
    m_allocatable = nodeAllocatable(node.status);
    m_images.clear();
    for (const auto &image : node.status.images)
        for (const std::string &name : image.names)
            m_images[withTag(name)] = image.sizeBytes;
    m_object = std::move(object);
    m_domains = {};
    return {};
}

void NodeInfo::clearObject() {
    m_object.reset();
    m_taints.clear();
    m_allocatable = {};
    m_images.clear();
}

void NodeInfo::add(const PlacedPod &placed) {
    m_pods.push_back(&placed);
    m_requested += placed.pod->requests;
    m_scoringRequested += placed.pod->scoringRequests;
    m_ports.insert(m_ports.end(), placed.pod->hostPorts.begin(), placed.pod->hostPorts.end());
}

void NodeInfo::remove(const PlacedPod &placed) {
    const auto at = std::find(m_pods.begin(), m_pods.end(), &placed);
    *at = m_pods.back();
    m_pods.pop_back();
    m_requested -= placed.pod->requests;
    m_scoringRequested -= placed.pod->scoringRequests;
    for (const HostPort &port : placed.pod->hostPorts) {
        const auto taken = std::find_if(m_ports.begin(), m_ports.end(), [&](const HostPort &other) {
            return other.port == port.port && other.protocol == port.protocol && other.ip == port.ip;
        });
        m_ports.erase(taken);
    }
}

} // namespace coracle::scheduler
