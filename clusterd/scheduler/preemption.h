#pragma once

#include "clusterd/scheduler/algorithm.h"

#include <string>
#include <vector>

namespace coracle::scheduler {

/// Which pods would have to go so that a more important one fits (kube-scheduler's DefaultPreemption, without
/// PodDisruptionBudgets).
class Preemption {
public:
    Preemption(const Framework &framework, Cache &cache, Random &random)
        : m_framework(framework), m_cache(cache), m_random(random) {}

    struct Plan {
        std::string node; ///< empty: nothing can be done, the message says why
        std::vector<PodInfoPtr> victims;
        std::string message;
        bool underWay = false; ///< victims of a former attempt are still ending
    };
    /// Tries removals on the nodes that the diagnosis says they could help on; the cache is afterwards as before.
    Plan find(const PodInfo &pod, const Diagnosis &diagnosis);

private:
    bool fits(const PodInfo &pod, const std::string &node, Filtered &rejected) const;
    /// The least set of pods on a node; a rejection when even without all less important ones it doesn't fit.
    Filtered victims(const PodInfo &pod, const std::string &node, std::vector<PodInfoPtr> &victims);
    void restore(const PlacedPod &placed, const std::string &node);

    const Framework &m_framework;
    Cache &m_cache;
    Random &m_random;
};

} // namespace coracle::scheduler
