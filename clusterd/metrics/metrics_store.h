#pragma once

#include "clusterd/metrics/resource_metrics.h"

#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

namespace coracle::metrics {

/// The use between two measurements.
struct Usage {
    uint64_t cpuNanocores = 0;
    uint64_t memoryBytes = 0; ///< at the later one
    WallTime time;            ///< of the later one
    Duration window{};
};

struct ContainerUsage {
    std::string name;
    Usage usage;
};

/// The rate between two points; nothing when they are of different lives or the counter went back.
std::optional<Usage> usageBetween(const Point &before, const Point &after);
/// Where a container that was not there at the last scrape counts from: its start, when that is long enough ago for a
/// rate and no longer than one resolution, so that the scrape before could not have seen it (metrics-server).
std::optional<Point> freshStart(const Point &first, Duration resolution);

/// The last two measurements of each node and pod. What it holds is bounded by what the last scrapes of the known nodes
/// brought. Thread-safe.
class MetricsStore {
public:
    explicit MetricsStore(Duration resolution) : m_resolution(resolution) {}

    /// What a node's kubelet told. Pods that it told of before and does not now are forgotten.
    void put(const std::string &node, Scrape scrape);
    /// Forgets all other nodes, with their pods.
    void retain(const std::set<std::string> &nodes);

    /// Nothing without two measurements.
    std::optional<Usage> node(std::string_view name) const;
    /// All its containers; nothing when one of them has no two measurements.
    std::optional<std::vector<ContainerUsage>> pod(std::string_view namespaceName, std::string_view name) const;

private:
    struct Pair {
        std::optional<Point> before;
        Point last;
    };
    struct Pod {
        std::string node;
        std::map<std::string, Pair, std::less<>> containers;
    };
    struct Node {
        std::optional<Pair> points;
        std::vector<std::string> pods; ///< keys
    };

    static Pair advanced(const Pair *known, const Point &fresh);
    void forgetPods(const std::string &node, const std::vector<std::string> &keys);

    Duration m_resolution;
    mutable std::mutex m_mutex; ///< guards the rest
    std::map<std::string, Node, std::less<>> m_nodes;
    std::unordered_map<std::string, Pod> m_pods; ///< by "namespace/name"
};

} // namespace coracle::metrics
