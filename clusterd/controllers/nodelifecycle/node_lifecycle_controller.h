#pragma once

#include "clusterd/controllers/nodelifecycle/node_taints.h"
#include "clusterd/controllers/nodelifecycle/zone_disruption.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <map>

namespace coracle::controllers {

/// kube-controller-manager's --node-monitor-period, --node-monitor-grace-period and --node-startup-grace-period.
struct NodeLifecycleSettings {
    Duration monitorPeriod = std::chrono::seconds(5);
    Duration gracePeriod = std::chrono::seconds(50);
    Duration startupGracePeriod = std::chrono::seconds(60); ///< of a node that has not told its status yet
    EvictionRates rates;
};

/// Watches over nodes: a node whose Lease and status stay old becomes Unknown; conditions become taints; pods of nodes
/// that don't answer are marked not ready, and evicted when they don't tolerate the NoExecute taints. Those taints come
/// at the rate that the node's zone allows, and not at all while no node of the cluster is ready.
/// Reads: Nodes, Leases of kube-node-lease, Pods. Writes: Nodes' conditions and taints, Pods' Ready condition; deletes
/// Pods.
class NodeLifecycleController final : public Controller {
public:
    explicit NodeLifecycleController(const ControllerContext &context,
                                     NodeLifecycleSettings settings = NodeLifecycleSettings());
    Task<Result<>> reconcile(std::string key) override;

private:
    /// When this controller last saw a sign of life; its own clock counts, not the node's.
    struct Health {
        std::string lease, status; ///< the renew time and heartbeat that were seen
        SteadyTime since;
    };
    /// What counts for the state of a node's zone.
    struct Standing {
        std::string zone;
        bool ready = false;
    };
    void observe(const ObjectPtr &before, const ObjectPtr &after);
    void watchZones();
    bool isSilent(const corev1::Node &node);
    Task<Result<corev1::Node>> markUnknown(corev1::Node node);
    NoExecute noExecuteFor(const corev1::Node &node);
    Task<Result<corev1::Node>> applyTaints(corev1::Node node);
    Task<Result<>> markPodsNotReady(std::string nodeName);
    Task<Result<>> evict(corev1::Node node);
    SteadyTime dueTime(const std::string &uid, const corev1::Node &node, Duration stay);

    NodeLifecycleSettings m_settings;
    client::Informer &m_nodes;
    client::Informer &m_pods;
    client::Informer m_leases;
    std::map<std::string, Health> m_health;
    std::map<std::string, Standing> m_standings; ///< by node
    std::map<std::string, ZoneCounts> m_zones;   ///< sums of the standings
    ZoneDisruption m_disruption;
    const SteadyTime m_began;
    std::map<std::string, SteadyTime> m_tainted; ///< by pod UID: when its time began to run
};

} // namespace coracle::controllers
