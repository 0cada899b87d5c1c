#pragma once

#include "clusterd/scheduler/pod_info.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coracle::scheduler {

/// Pods that wait for room that is being made for them, and where (status.nominatedNodeName): less important pods must
/// not take it. One executor.
class Nominations {
public:
    void set(PodInfoPtr pod, const std::string &node) {
        remove(pod->uid());
        const std::string uid(pod->uid());
        m_nodes.emplace(uid, node);
        m_pods[node].push_back(std::move(pod));
    }
    /// The pod that was nominated, or null.
    PodInfoPtr remove(std::string_view uid) {
        const auto known = m_nodes.find(std::string(uid));
        if (known == m_nodes.end())
            return nullptr;
        const auto pods = m_pods.find(known->second);
        const auto at = std::find_if(pods->second.begin(), pods->second.end(),
                                     [&](const PodInfoPtr &pod) { return pod->uid() == uid; });
        PodInfoPtr removed = std::move(*at);
        pods->second.erase(at);
        if (pods->second.empty())
            m_pods.erase(pods);
        m_nodes.erase(known);
        return removed;
    }
    /// Empty when the pod has none.
    std::string nodeOf(std::string_view uid) const {
        const auto known = m_nodes.find(std::string(uid));
        return known == m_nodes.end() ? std::string() : known->second;
    }
    /// The pods that are nominated for a node; a copy, because trials may change the nominations.
    std::vector<PodInfoPtr> on(std::string_view node) const {
        if (m_pods.empty())
            return {};
        const auto pods = m_pods.find(std::string(node));
        return pods == m_pods.end() ? std::vector<PodInfoPtr>() : pods->second;
    }
    bool empty() const { return m_nodes.empty(); }

private:
    std::unordered_map<std::string, std::string> m_nodes; ///< by the pod's uid
    std::unordered_map<std::string, std::vector<PodInfoPtr>> m_pods;
};

} // namespace coracle::scheduler
