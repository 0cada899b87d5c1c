#pragma once

#include "clusterd/scheduler/pod_info.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::scheduler {

struct NodeTaint {
    std::string key, value, effect;
    friend bool operator==(const NodeTaint &, const NodeTaint &) = default;
};

/// A pod that takes room on a node: bound, or assumed to be bound soon.
struct PlacedPod {
    PodInfoPtr pod;
    NodeInfo *node = nullptr;
    bool assumed = false;
};

/// A node and the sum of what is on it. Changed only by Cache.
class NodeInfo {
public:
    explicit NodeInfo(std::string name) : m_name(std::move(name)) {}

    const std::string &name() const { return m_name; }
    /// False when only pods speak of the node: nothing is scheduled there.
    bool exists() const { return m_object != nullptr; }
    const api::ObjectPtr &object() const { return m_object; }
    std::optional<std::string_view> label(std::string_view key) const { return m_object->label(key); }
    /// Region and zone as one text; nodes are visited in turns between them.
    std::string zone() const;

    const std::vector<NodeTaint> &taints() const { return m_taints; }
    bool unschedulable() const { return m_unschedulable; }
    const Resources &allocatable() const { return m_allocatable; }
    const Resources &requested() const { return m_requested; }
    const Resources &scoringRequested() const { return m_scoringRequested; }
    const std::vector<const PlacedPod *> &pods() const { return m_pods; }
    bool portTaken(const HostPort &port) const;
    /// Size in bytes of an image (with a tag) on the node; 0 when it is not there.
    int64_t imageSize(const std::string &image) const;

    /// What Topology knows of the node; it begins anew with every version of the object.
    struct Domains {
        uint64_t epoch = 0;
        std::vector<int32_t> values; ///< by key
    };
    Domains &domains() const { return m_domains; }

    Result<> setObject(api::ObjectPtr object);
    void clearObject();
    void add(const PlacedPod &placed);
    void remove(const PlacedPod &placed);
    const std::unordered_map<std::string, int64_t> &images() const { return m_images; }

private:
    std::string m_name;
    api::ObjectPtr m_object;
    std::vector<NodeTaint> m_taints;
    bool m_unschedulable = false;
    Resources m_allocatable, m_requested, m_scoringRequested;
    std::vector<const PlacedPod *> m_pods;
    std::vector<HostPort> m_ports;
    std::unordered_map<std::string, int64_t> m_images;
    mutable Domains m_domains;
};

} // namespace coracle::scheduler
