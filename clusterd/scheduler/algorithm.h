#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/nominations.h"
#include "clusterd/scheduler/workers.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <optional>
#include <vector>

namespace coracle::scheduler {

struct Choice {
    const NodeInfo *node = nullptr; ///< null: the diagnosis says why
    size_t feasible = 0;            ///< how many nodes were found
    Diagnosis diagnosis;
};

/// Finds the best node for a pod: filters until enough nodes are found, scores these, takes the best (one of the best
/// by chance). In large clusters only a part of the nodes is looked at for each pod, beginning where the last one
/// ended. One executor; scanNodes() may use further threads.
class Algorithm {
public:
    /// parallelism: see Workers.
    Algorithm(Cache &cache, const Nominations &nominations, Random &random, Clock &clock = systemClock(),
              size_t parallelism = 1)
        : m_cache(cache), m_nominations(nominations), m_random(random), m_clock(clock), m_workers(parallelism) {}

    /// filter(), score() and best().
    Choice choose(const Framework &framework, CycleState &state, const PodInfo &pod);

    /// The same when the profile's extenders have a say: they filter what the plug-ins left, and their scores are
    /// added. The cluster goes on while they are asked, so what they left is filtered and scored as it is then; the
    /// state is that of this last look. When an extender fails, or nothing is left by the last look, the diagnosis is
    /// an error, and the pod is to be tried again. Algorithm, framework and state outlive the task.
    Task<Choice> chooseWithExtenders(const Framework &framework, CycleState &state, PodInfoPtr pod);

    /// Whether a node that fits and is nominated for the pod is the only answer.
    enum class Nominated { First, LikeOthers };
    /// The nodes that fit; the diagnosis tells of the others.
    std::vector<const NodeInfo *> filter(const Framework &framework, CycleState &state, const PodInfo &pod,
                                         Diagnosis &diagnosis, Nominated nominated = Nominated::First);
    /// One of those with the highest score; the lists are of the same length and not empty.
    const NodeInfo *best(const std::vector<const NodeInfo *> &nodes, const std::vector<int64_t> &scores);

    /// How many feasible nodes are enough among so many: a percentage, or (0) one that falls with the size of the
    /// cluster from 50 to 5 (kube-scheduler's percentageOfNodesToScore).
    static size_t enoughNodes(size_t nodes, int percentage = 0);

private:
    /// Of the named nodes those that fit; others are not told of.
    std::vector<const NodeInfo *> filterNamed(const Framework &framework, CycleState &state, const PodInfo &pod,
                                              const std::vector<std::string> &names, Diagnosis &diagnosis);
    bool prepare(const Framework::Prepared &prepared, Diagnosis &diagnosis) const;
    std::vector<const NodeInfo *> search(CycleState &state, const Framework::Prepared &prepared, const PodInfo &pod,
                                         int percentageOfNodes, Diagnosis &diagnosis);

    Cache &m_cache;
    const Nominations &m_nominations;
    Random &m_random;
    Clock &m_clock;
    Workers m_workers;
    size_t m_nextNode = 0;
};

} // namespace coracle::scheduler
