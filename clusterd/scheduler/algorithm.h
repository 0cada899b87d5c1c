#pragma once

#include "clusterd/scheduler/framework.h"
#include "core/base/random.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace coracle::scheduler {

/// Why a pod fits nowhere, node by node.
struct Diagnosis {
    size_t nodeCount = 0;
    std::string clusterReason;                ///< when nodes weren't even looked at
    std::map<std::string, size_t> reasons;    ///< with the number of nodes
    std::set<std::string_view> plugins;       ///< that rejected it
    std::vector<const NodeInfo *> resolvable; ///< nodes where removing other pods could help
    size_t unresolvable = 0;

    /// "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)."
    std::string message() const;
};

/// "2 b, 1 a" in the order that users know: sorted as text.
std::string joinReasons(const std::map<std::string, size_t> &reasons);

struct Choice {
    const NodeInfo *node = nullptr; ///< null: the diagnosis says why
    size_t feasible = 0;            ///< how many nodes were found
    Diagnosis diagnosis;
};

/// Finds the best node for a pod: filters until enough nodes are found, scores these, takes the best (one of the best
/// by chance). In large clusters only a part of the nodes is looked at for each pod, beginning where the last one
/// ended.
class Algorithm {
public:
    Algorithm(const Framework &framework, const Cache &cache, Random &random)
        : m_framework(framework), m_cache(cache), m_random(random) {}

    Choice choose(const PodInfo &pod);

    /// How many feasible nodes are enough among so many (kube-scheduler's adaptive percentage).
    static size_t enoughNodes(size_t nodes);

private:
    std::vector<const NodeInfo *> filter(const CycleState &state, const Framework::Prepared &prepared,
                                         const PodInfo &pod, Diagnosis &diagnosis);
    const NodeInfo *best(const std::vector<const NodeInfo *> &nodes, const std::vector<int64_t> &scores);

    const Framework &m_framework;
    const Cache &m_cache;
    Random &m_random;
    size_t m_nextNode = 0;
};

} // namespace coracle::scheduler
