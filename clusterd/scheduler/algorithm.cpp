#include "clusterd/scheduler/algorithm.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

namespace {

constexpr size_t kEnoughNodesMin = 100;
constexpr size_t kPercentMin = 5;

void note(Diagnosis &diagnosis, const Rejection &rejection, const NodeInfo &node) {
    for (const std::string &reason : rejection.reasons)
        ++diagnosis.reasons[reason];
    diagnosis.plugins.insert(rejection.plugin);
    if (rejection.resolvable)
        diagnosis.resolvable.push_back(&node);
    else
        ++diagnosis.unresolvable;
}

} // namespace

std::string joinReasons(const std::map<std::string, size_t> &reasons) {
    std::vector<std::string> texts;
    for (const auto &[reason, count] : reasons)
        texts.push_back(fmt::format("{} {}", count, reason));
    std::sort(texts.begin(), texts.end());
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string Diagnosis::message() const {
    if (nodeCount == 0)
        return "no nodes available to schedule pods";
    return fmt::format("0/{} nodes are available: {}.", nodeCount,
                       clusterReason.empty() ? joinReasons(reasons) : clusterReason);
}

size_t Algorithm::enoughNodes(size_t nodes) {
    if (nodes < kEnoughNodesMin)
        return nodes;
    const size_t less = nodes / 125;
    const size_t percent = less >= 50 - kPercentMin ? kPercentMin : 50 - less;
    return std::max(kEnoughNodesMin, nodes * percent / 100);
}

Choice Algorithm::choose(const PodInfo &pod) {
    Choice choice;
    Diagnosis &diagnosis = choice.diagnosis;
    diagnosis.nodeCount = m_cache.nodes().size();
    if (diagnosis.nodeCount == 0)
        return choice;
    CycleState state;
    const Framework::Prepared prepared = m_framework.preFilter(state, pod, m_cache);
    if (prepared.rejected) {
        diagnosis.clusterReason = fmt::format("{}", fmt::join(prepared.rejected->reasons, ", "));
        diagnosis.plugins.insert(prepared.rejected->plugin);
        diagnosis.unresolvable = diagnosis.nodeCount;
        return choice;
    }
    const auto nodes = filter(state, prepared, pod, diagnosis);
    choice.feasible = nodes.size();
    if (nodes.size() == 1)
        choice.node = nodes[0];
    else if (!nodes.empty())
        choice.node = best(nodes, m_framework.score(state, pod, m_cache, nodes));
    return choice;
}

std::vector<const NodeInfo *> Algorithm::filter(const CycleState &state, const Framework::Prepared &prepared,
                                                const PodInfo &pod, Diagnosis &diagnosis) {
    std::vector<const NodeInfo *> candidates(m_cache.nodes().begin(), m_cache.nodes().end());
    if (prepared.nodes) {
        candidates.clear();
        for (const std::string &name : *prepared.nodes)
            if (const NodeInfo *node = m_cache.node(name); node && node->exists())
                candidates.push_back(node);
        const size_t others = diagnosis.nodeCount - candidates.size();
        if (others > 0) {
            diagnosis.reasons["node(s) didn't satisfy plugin(s) [NodeAffinity]"] = others;
            diagnosis.plugins.insert("NodeAffinity");
            diagnosis.unresolvable += others;
        }
    }
    const size_t enough = enoughNodes(candidates.size());
    std::vector<const NodeInfo *> feasible;
    size_t looked = 0;
    for (; looked < candidates.size() && feasible.size() < enough; ++looked) {
        const NodeInfo &node = *candidates[(m_nextNode + looked) % candidates.size()];
        if (auto rejected = Framework::filter(state, prepared.filters, pod, node))
            note(diagnosis, *rejected, node);
        else
            feasible.push_back(&node);
    }
    if (!candidates.empty())
        m_nextNode = (m_nextNode + looked) % candidates.size();
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
