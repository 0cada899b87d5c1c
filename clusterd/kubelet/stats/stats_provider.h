#pragma once

#include "clusterd/kubelet/pods/pod_manager.h"
#include "clusterd/kubelet/stats/stats.h"

#include <map>

namespace coracle::kubelet {

/// Measures when somebody asks: CPU and memory out of the control groups, which costs some short file reads; the
/// runtime, which asks every shim, only for what the groups don't have (writable layers; containers in groups of
/// another layout). One serial executor.
class StatsProvider {
public:
    StatsProvider(NodeContext &node, PodManager &pods) : m_node(node), m_pods(pods) {}

    Task<Result<NodeUse>> collect(Detail detail);

private:
    /// What a rate needs of the measurement before.
    struct Rate {
        SteadyTime time;
        uint64_t nanoseconds = 0;
        std::optional<uint64_t> nanoCores;
        bool seen = true; ///< in this round
    };
    void rate(const std::string &key, CpuStats &cpu);
    PodUse measurePod(const PodWorker &worker, Detail detail, bool &complete) const;
    Task<Result<>> askRuntime(NodeUse &use);
    void measureNode(NodeUse &use, Detail detail) const;

    NodeContext &m_node;
    PodManager &m_pods;
    std::map<std::string, Rate> m_rates; ///< by container id, pod UID, "" for the node
};

} // namespace coracle::kubelet
