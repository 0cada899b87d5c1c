#pragma once

#include "clusterd/scheduler/node_info.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::scheduler {

/// Why a pod can't go to a node (or anywhere).
struct Rejection {
    std::vector<std::string> reasons; ///< as users read them: "Insufficient cpu"
    bool resolvable = true;           ///< removing pods from the node could help
    bool error = false;               ///< something failed: the pod is tried again after its back-off
    std::string_view plugin = {};     ///< set by the framework
};
using Filtered = std::optional<Rejection>; ///< nothing: the pod fits

/// Why a pod fits nowhere, node by node.
struct Diagnosis {
    size_t nodeCount = 0;
    std::string clusterReason;             ///< when nodes weren't even looked at
    bool error = false;                    ///< clusterReason is a failure, not a verdict
    std::map<std::string, size_t> reasons; ///< with the number of nodes
    std::set<std::string_view> plugins;    ///< that rejected it
    std::vector<std::string> resolvable;   ///< names of nodes where removing other pods could help
    size_t unresolvable = 0;

    /// "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)."
    std::string message() const;
};

/// "2 b, 1 a" in the order that users know: sorted as text.
std::string joinReasons(const std::map<std::string, size_t> &reasons);
/// "0/3 nodes are available: why."; nobody may have said why.
std::string unavailable(size_t nodes, const std::string &why);

} // namespace coracle::scheduler
