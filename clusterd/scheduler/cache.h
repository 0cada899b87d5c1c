#pragma once

#include "clusterd/scheduler/node_info.h"
#include "clusterd/scheduler/term_index.h"
#include "clusterd/scheduler/topology.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace coracle::scheduler {

/// Every node with the pods on it, kept current from the informers; pods that were just given a node count before the
/// API server confirms them. One executor.
class Cache {
public:
    // Nodes. An object that can't be read leaves the node as it was.
    Result<> setNode(api::ObjectPtr object);
    void removeNode(std::string_view name);
    NodeInfo *node(std::string_view name);
    const NodeInfo *node(std::string_view name) const;
    /// All existing nodes, taking zones in turns.
    const std::vector<NodeInfo *> &nodes() const;
    Topology &topology() const { return m_topology; }
    /// How many nodes have the image.
    int64_t nodesWithImage(const std::string &image) const;

    // Pods, by uid.
    /// A pod that has a node: new, changed, or the confirmation of an assumed one.
    void setPod(PodInfoPtr pod);
    void removePod(std::string_view uid);
    void assume(PodInfoPtr pod, const std::string &node);
    /// The binding failed; nothing when it was confirmed or removed meanwhile.
    void forget(std::string_view uid);
    /// For trials: takes a pod off its node without forgetting it, and puts it back.
    void withdraw(const PlacedPod &placed);
    void restore(const PlacedPod &placed);
    const PlacedPod *pod(std::string_view uid) const;
    size_t podCount() const { return m_pods.size(); }

    /// Calls back for each placed pod of a namespace that the selector matches.
    void forMatching(std::string_view namespaceName, const api::LabelSelector &selector,
                     const std::function<void(const PlacedPod &)> &visit) const;
    /// The same for the namespaces that an affinity term means.
    void forMatching(const AffinityTerm &term, const std::function<void(const PlacedPod &)> &visit) const;
    bool matches(const AffinityTerm &term, const PodInfo &pod) const;

    /// Required anti-affinity of placed pods.
    const TermIndex &antiAffinity() const { return m_antiAffinity; }
    /// Required affinity of placed pods.
    const TermIndex &affinity() const { return m_affinity; }
    /// What placed pods prefer: positive or negative weights.
    const TermIndex &preferences() const { return m_preferences; }

    void setNamespace(const api::ObjectPtr &object);
    void removeNamespace(std::string_view name);

private:
    using PodSet = std::unordered_set<const PlacedPod *>;

    NodeInfo &ensureNode(std::string_view name);
    void dropIfUnused(NodeInfo &node);
    void place(PodInfoPtr pod, const std::string &node, bool assumed);
    void indexPod(const PlacedPod &placed, bool add);
    void indexTerms(const PlacedPod &placed, bool add);
    void countImages(const NodeInfo &node, int64_t difference);
    bool meansNamespace(const AffinityTerm &term, std::string_view namespaceName) const;

    std::unordered_map<std::string, std::unique_ptr<NodeInfo>> m_nodes;
    std::unordered_map<std::string, std::unique_ptr<PlacedPod>> m_pods;
    std::unordered_map<std::string, PodSet> m_podsByLabel; ///< "namespace\nkey=value"
    std::unordered_map<std::string, PodSet> m_podsByNamespace;
    std::unordered_map<std::string, int64_t> m_imageNodes;
    std::unordered_map<std::string, api::ObjectPtr> m_namespaces;
    TermIndex m_antiAffinity, m_affinity, m_preferences;
    mutable std::vector<NodeInfo *> m_order;
    mutable bool m_orderChanged = false;
    mutable Topology m_topology;
};

} // namespace coracle::scheduler
