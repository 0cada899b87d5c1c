#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <map>

namespace coracle::controllers {

/// Watches over nodes: a node whose Lease and status stay old becomes Unknown; conditions become taints; pods of nodes
/// that don't answer are marked not ready, and evicted when they don't tolerate the NoExecute taints.
/// Reads: Nodes, Leases of kube-node-lease, Pods. Writes: Nodes' conditions and taints, Pods' Ready condition; deletes
/// Pods.
class NodeLifecycleController final : public Controller {
public:
    explicit NodeLifecycleController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    /// When this controller last saw a sign of life; its own clock counts, not the node's.
    struct Health {
        std::string lease, status; ///< the renew time and heartbeat that were seen
        SteadyTime since;
    };
    bool isSilent(const corev1::Node &node);
    Task<Result<corev1::Node>> markUnknown(corev1::Node node);
    Task<Result<corev1::Node>> applyTaints(corev1::Node node);
    Task<Result<>> markPodsNotReady(std::string nodeName);
    Task<Result<>> evict(corev1::Node node);

    client::Informer &m_nodes;
    client::Informer &m_pods;
    client::Informer m_leases;
    std::map<std::string, Health> m_health;
    std::map<std::string, SteadyTime> m_evictAt; ///< by pod UID
};

} // namespace coracle::controllers
