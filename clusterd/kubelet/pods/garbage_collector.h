#pragma once

#include "clusterd/kubelet/pods/pod_manager.h"

namespace coracle::kubelet {

/// Removes what pods leave behind while they live: ended containers but the last one of each (for `logs --previous`),
/// old sandboxes, and images when the disk fills up. Rotates logs.
class GarbageCollector {
public:
    GarbageCollector(NodeContext &node, PodManager &pods) : m_node(node), m_pods(pods) {}

    Task<Result<>> collectContainers();
    Task<Result<>> collectImages();
    Task<Result<>> rotateLogs();

private:
    Task<Result<>> rotate(std::string containerId, std::filesystem::path log);

    NodeContext &m_node;
    PodManager &m_pods;
    std::map<std::string, SteadyTime> m_imagesSeen; ///< image id to when it was last used (or first seen)
};

} // namespace coracle::kubelet
