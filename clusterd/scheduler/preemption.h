#pragma once

#include "clusterd/scheduler/framework.h"
#include "core/api/selector.h"
#include "core/base/random.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace coracle::scheduler {

class Trial;

/// What a PodDisruptionBudget still allows.
struct Budget {
    std::string namespaceName;
    api::LabelSelector selector;
    std::set<std::string, std::less<>> disrupted; ///< names of pods that already count
    int64_t allowed = 0;
};

/// Which pods would have to go so that a more important one fits (kube-scheduler's preemption Evaluator). One executor.
class Preemption {
public:
    struct Limits {
        int64_t candidatesPercentageMin = 10; ///< of the nodes
        int64_t candidatesAbsoluteMin = 100;
    };

    Preemption(const Framework &framework, Cache &cache, const Nominations &nominations, Random &random, Limits limits)
        : m_framework(framework), m_cache(cache), m_nominations(nominations), m_random(random), m_limits(limits) {}

    struct Plan {
        std::string node;
        std::vector<PodInfoPtr> victims; ///< the most important first
        size_t violations = 0;           ///< victims that a budget does not allow
    };
    struct Candidates {
        std::vector<Plan> plans;
        std::string message;   ///< when there are none: why nothing can be done
        bool underWay = false; ///< victims of a former attempt are still ending
    };
    /// Tries removals on the nodes that the diagnosis says they could help on; the cache is afterwards as before.
    Candidates candidates(const PodInfoPtr &pod, const Diagnosis &diagnosis, const std::vector<Budget> &budgets);
    /// The one that loses least: fewest violated budgets, then the lowest of the highest priorities, the lowest sum of
    /// priorities, the fewest pods, the latest start of the most important victims. Null when there is none.
    static const Plan *best(const std::vector<Plan> &plans);
    /// A plan with these victims, sorted by importance.
    static Plan planOf(std::string node, std::vector<const PlacedPod *> victims, size_t violations);

private:
    /// The least set of pods on a node; a rejection when even without all less important ones it doesn't fit.
    Filtered victims(CycleState &state, const Framework::Prepared &prepared, const PodInfo &pod, const NodeInfo &node,
                     const std::vector<Budget> &budgets, Plan &plan);
    bool awaitsVictims(const PodInfo &pod, const Diagnosis &diagnosis) const;

    const Framework &m_framework;
    Cache &m_cache;
    const Nominations &m_nominations;
    Random &m_random;
    const Limits m_limits;
};

} // namespace coracle::scheduler
