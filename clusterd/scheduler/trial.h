#pragma once

#include "clusterd/scheduler/framework.h"

#include <vector>

namespace coracle::scheduler {

/// Tries how a pod would fit if other pods came or went: changes the cache and the plug-ins' state, and undoes all of
/// it when it ends. Nothing else may run in between.
class Trial {
public:
    Trial(Cache &cache, CycleState &state, const Framework::Prepared &prepared, const PodInfo &pod)
        : m_cache(cache), m_state(state), m_prepared(prepared), m_pod(pod) {}
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;
    ~Trial();

    /// A pod that has no place yet.
    void add(PodInfoPtr other, const std::string &node);
    void withdraw(const PlacedPod &placed);
    void restore(const PlacedPod &placed);
    Filtered filter(const NodeInfo &node) const { return Framework::filter(m_state, m_prepared.filters, m_pod, node); }

    /// Filters a node with the pods that are nominated for it and at least as important: the pod must fit with them and
    /// without them, because they may end up elsewhere (kube-scheduler's RunFilterPluginsWithNominatedPods).
    static Filtered filterWithNominated(Cache &cache, CycleState &state, const Framework::Prepared &prepared,
                                        const PodInfo &pod, const NodeInfo &node, const Nominations &nominations);

private:
    Cache &m_cache;
    CycleState &m_state;
    const Framework::Prepared &m_prepared;
    const PodInfo &m_pod;
    std::vector<std::string> m_added; ///< uids
    std::vector<const PlacedPod *> m_withdrawn;
};

} // namespace coracle::scheduler
