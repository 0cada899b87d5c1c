#include "clusterd/scheduler/algorithm.h"

#include "clusterd/scheduler/node_scan.h"
#include "clusterd/scheduler/trial.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

namespace {

constexpr size_t kEnoughNodesMin = 100;
constexpr size_t kPercentMin = 5;

} // namespace

size_t Algorithm::enoughNodes(size_t nodes, int percentage) {
    if (nodes < kEnoughNodesMin)
        return nodes;
    size_t percent = static_cast<size_t>(percentage);
    if (percentage <= 0) {
        const size_t less = nodes / 125;
        percent = less >= 50 - kPercentMin ? kPercentMin : 50 - less;
    }
    return std::max(kEnoughNodesMin, nodes * percent / 100);
}

Choice Algorithm::choose(const Framework &framework, CycleState &state, const PodInfo &pod) {
    Choice choice;
    const auto nodes = filter(framework, state, pod, choice.diagnosis);
    choice.feasible = nodes.size();
    if (nodes.size() == 1)
        choice.node = nodes[0];
    else if (!nodes.empty())
        choice.node = best(nodes, framework.score(state, pod, m_cache, nodes));
    return choice;
}

bool Algorithm::prepare(const Framework::Prepared &prepared, Diagnosis &diagnosis) const {
    if (!prepared.rejected)
        return true;
    diagnosis.clusterReason = fmt::format("{}", fmt::join(prepared.rejected->reasons, ", "));
    diagnosis.error = prepared.rejected->error;
    diagnosis.plugins.insert(prepared.rejected->plugin);
    // A pod may be gone from any node when the plug-in thinks that would help.
    if (!prepared.rejected->resolvable)
        diagnosis.unresolvable = diagnosis.nodeCount;
    else
        for (const NodeInfo *node : m_cache.nodes())
            diagnosis.resolvable.push_back(node->name());
    return false;
}

std::vector<const NodeInfo *> Algorithm::filter(const Framework &framework, CycleState &state, const PodInfo &pod,
                                                Diagnosis &diagnosis, Nominated nominated) {
    diagnosis.nodeCount = m_cache.nodes().size();
    if (diagnosis.nodeCount == 0)
        return {};
    const Framework::Prepared prepared = framework.preFilter(state, pod, m_cache);
    if (!prepare(prepared, diagnosis))
        return {};
    // Room that was made for the pod is looked at first: others may fit too, but it would be lost.
    if (const std::string name = m_nominations.nodeOf(pod.uid()); nominated == Nominated::First && !name.empty()) {
        const NodeInfo *node = m_cache.node(name);
        if (node && node->exists() && prepared.allows(name) &&
            !Trial::filterWithNominated(m_cache, state, prepared, pod, *node, m_nominations))
            return {node};
    }
    return search(state, prepared, pod, framework.percentageOfNodes(), diagnosis);
}

std::vector<const NodeInfo *> Algorithm::search(CycleState &state, const Framework::Prepared &prepared,
                                                const PodInfo &pod, int percentageOfNodes, Diagnosis &diagnosis) {
    const std::vector<NodeInfo *> *candidates = &m_cache.nodes();
    std::vector<NodeInfo *> named;
    if (prepared.nodes) {
        for (const std::string &name : *prepared.nodes)
            if (NodeInfo *node = m_cache.node(name); node && node->exists())
                named.push_back(node);
        candidates = &named;
        const size_t others = diagnosis.nodeCount - named.size();
        if (others > 0) {
            diagnosis.reasons[fmt::format("node(s) didn't satisfy plugin(s) [{}]", fmt::join(prepared.nodesBy, " "))] =
                others;
            diagnosis.plugins.insert(prepared.nodesBy.begin(), prepared.nodesBy.end());
            diagnosis.unresolvable += others;
        }
    }
    const size_t count = candidates->size(), enough = enoughNodes(count, percentageOfNodes);
    Scanned scanned = scanNodes({.cache = m_cache,
                                 .state = state,
                                 .prepared = prepared,
                                 .pod = pod,
                                 .nominations = m_nominations,
                                 .nodes = *candidates,
                                 .first = m_nextNode,
                                 .enough = enough,
                                 .workers = m_workers,
                                 .clock = m_clock},
                                diagnosis);
    if (count > 0 && !diagnosis.error)
        m_nextNode = (m_nextNode + scanned.looked) % count;
    return std::move(scanned.feasible);
}

std::vector<const NodeInfo *> Algorithm::filterNamed(const Framework &framework, CycleState &state, const PodInfo &pod,
                                                     const std::vector<std::string> &names, Diagnosis &diagnosis) {
    const Framework::Prepared prepared = framework.preFilter(state, pod, m_cache);
    if (!prepare(prepared, diagnosis))
        return {};
    std::vector<const NodeInfo *> feasible;
    for (const std::string &name : names) {
        const NodeInfo *node = m_cache.node(name);
        if (!node || !node->exists() || !prepared.allows(name))
            continue;
        const auto rejected = Trial::filterWithNominated(m_cache, state, prepared, pod, *node, m_nominations);
        if (rejected)
            note(diagnosis, *rejected, *node);
        else
            feasible.push_back(node);
    }
    return feasible;
}

const NodeInfo *Algorithm::best(const std::vector<const NodeInfo *> &nodes, const std::vector<int64_t> &scores) {
    size_t chosen = 0;
    uint64_t equals = 1;
    for (size_t i = 1; i < nodes.size(); ++i) {
        if (scores[i] > scores[chosen]) {
            chosen = i;
            equals = 1;
        } else if (scores[i] == scores[chosen] && m_random.below(++equals) == 0) {
            chosen = i;
        }
    }
    return nodes[chosen];
}

} // namespace coracle::scheduler
