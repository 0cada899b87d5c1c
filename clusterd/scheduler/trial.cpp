#include "clusterd/scheduler/trial.h"

#include "clusterd/scheduler/nominations.h"

#include <algorithm>

namespace coracle::scheduler {

Trial::~Trial() {
    while (!m_withdrawn.empty())
        restore(*m_withdrawn.back());
    for (size_t i = m_added.size(); i-- > 0;) {
        const PlacedPod &placed = *m_cache.pod(m_added[i]);
        m_cache.withdraw(placed);
        for (const PreFilterPlugin *plugin : m_prepared.extensions)
            plugin->removePod(m_state, m_pod, placed);
        m_cache.restore(placed);
        m_cache.forget(m_added[i]);
    }
}

void Trial::add(PodInfoPtr other, const std::string &node) {
    const std::string uid(other->uid());
    m_cache.assume(std::move(other), node);
    m_added.push_back(uid);
    for (const PreFilterPlugin *plugin : m_prepared.extensions)
        plugin->addPod(m_state, m_pod, *m_cache.pod(uid));
}

void Trial::withdraw(const PlacedPod &placed) {
    m_cache.withdraw(placed);
    m_withdrawn.push_back(&placed);
    for (const PreFilterPlugin *plugin : m_prepared.extensions)
        plugin->removePod(m_state, m_pod, placed);
}

void Trial::restore(const PlacedPod &placed) {
    m_cache.restore(placed);
    std::erase(m_withdrawn, &placed);
    for (const PreFilterPlugin *plugin : m_prepared.extensions)
        plugin->addPod(m_state, m_pod, placed);
}

Filtered Trial::filterWithNominated(Cache &cache, CycleState &state, const Framework::Prepared &prepared,
                                    const PodInfo &pod, const NodeInfo &node, const Nominations &nominations) {
    if (!nominations.empty()) {
        Trial trial(cache, state, prepared, pod);
        bool any = false;
        for (const PodInfoPtr &other : nominations.on(node.name()))
            if (other->uid() != pod.uid() && other->priority >= pod.priority && !cache.pod(other->uid())) {
                trial.add(other, node.name());
                any = true;
            }
        if (any)
            if (auto rejected = trial.filter(node))
                return rejected;
    }
    return Framework::filter(state, prepared.filters, pod, node);
}

} // namespace coracle::scheduler
