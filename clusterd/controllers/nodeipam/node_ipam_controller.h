#pragma once

#include "clusterd/controllers/nodeipam/cidr_set.h"
#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <map>
#include <set>

namespace coracle::controllers {

/// kube-controller-manager's --cluster-cidr and --node-cidr-mask-size-ipv4, -ipv6.
struct NodeIpamSettings {
    std::vector<config::Cidr> clusterCidrs; ///< one per family, the primary one first
    int maskSizeV4 = 24, maskSizeV6 = 64;
};

/// Gives every node a network of each family for its pods, out of the cluster's. What is in use is counted from the
/// Nodes themselves, so nothing needs to be remembered over a restart; what was written and is not seen yet is held
/// back.
/// Reads: Nodes. Writes: Nodes' spec.podCIDRs.
class NodeIpamController final : public Controller {
public:
    static Result<std::unique_ptr<Controller>> create(const ControllerContext &context,
                                                      const NodeIpamSettings &settings);
    int workers() const override { return 4; }
    Task<Result<>> reconcile(std::string key) override;

private:
    using Cidrs = std::vector<config::Cidr>;

    NodeIpamController(const ControllerContext &context, std::vector<CidrSet> sets);
    void observe(const ObjectPtr &before, const ObjectPtr &after);
    void hold(std::map<std::string, Cidrs> &held, const std::string &node, Cidrs cidrs);
    void letGo(std::map<std::string, Cidrs> &held, const std::string &node);
    bool choose(const std::string &node);

    client::Informer &m_nodes;
    std::vector<CidrSet> m_sets;           ///< by family
    std::map<std::string, Cidrs> m_seen;   ///< by node: what the informer shows
    std::map<std::string, Cidrs> m_chosen; ///< by node: what is being written
    std::set<std::string> m_waiting;       ///< nodes for which nothing was left
};

} // namespace coracle::controllers
