#include "clusterd/scheduler/framework.h"

#include <algorithm>

namespace coracle::scheduler {

void scaleScores(std::vector<int64_t> &scores, ScoreOrder order) {
    const int64_t largest = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    for (int64_t &score : scores) {
        score = largest == 0 ? 0 : score * kScoreMax / largest;
        if (order == ScoreOrder::SmallIsGood)
            score = kScoreMax - score;
    }
}

void Framework::add(std::unique_ptr<Plugin> plugin, int64_t scoreWeight) {
    if (auto *preEnqueue = dynamic_cast<PreEnqueuePlugin *>(plugin.get()))
        m_preEnqueue.push_back(preEnqueue);
    if (auto *filter = dynamic_cast<FilterPlugin *>(plugin.get()))
        m_filters.push_back({filter, dynamic_cast<PreFilterPlugin *>(plugin.get())});
    if (auto *score = dynamic_cast<ScorePlugin *>(plugin.get()))
        m_scorers.push_back({score, dynamic_cast<PreScorePlugin *>(plugin.get()), scoreWeight});
    if (auto *reserve = dynamic_cast<ReservePlugin *>(plugin.get()))
        m_reserve.push_back(reserve);
    if (auto *binder = dynamic_cast<BindPlugin *>(plugin.get()))
        m_binder = binder;
    m_plugins.push_back(std::move(plugin));
}

Filtered Framework::preEnqueue(const PodInfo &pod) const {
    for (const PreEnqueuePlugin *plugin : m_preEnqueue)
        if (auto rejected = plugin->preEnqueue(pod)) {
            rejected->plugin = plugin->name();
            return rejected;
        }
    return std::nullopt;
}

Framework::Prepared Framework::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    Prepared prepared;
    for (const Filterer &filterer : m_filters) {
        PreFilterPlugin::Outcome outcome;
        if (filterer.prepare)
            outcome = filterer.prepare->preFilter(state, pod, cache);
        if (outcome.rejected) {
            outcome.rejected->plugin = filterer.plugin->name();
            prepared.rejected = std::move(outcome.rejected);
            return prepared;
        }
        if (outcome.nodes && prepared.nodes)
            std::erase_if(*prepared.nodes, [&](const std::string &name) {
                return std::find(outcome.nodes->begin(), outcome.nodes->end(), name) == outcome.nodes->end();
            });
        else if (outcome.nodes)
            prepared.nodes = std::move(outcome.nodes);
        if (!outcome.skip)
            prepared.filters.push_back(filterer.plugin);
    }
    return prepared;
}

Filtered Framework::filter(const CycleState &state, const std::vector<const FilterPlugin *> &filters,
                           const PodInfo &pod, const NodeInfo &node) {
    for (const FilterPlugin *plugin : filters)
        if (auto rejected = plugin->filter(state, pod, node)) {
            rejected->plugin = plugin->name();
            return rejected;
        }
    return std::nullopt;
}

std::vector<int64_t> Framework::score(CycleState &state, const PodInfo &pod, const Cache &cache,
                                      const std::vector<const NodeInfo *> &nodes) const {
    std::vector<int64_t> totals(nodes.size()), scores(nodes.size());
    for (const Scorer &scorer : m_scorers) {
        if (scorer.prepare && !scorer.prepare->preScore(state, pod, cache, nodes))
            continue;
        for (size_t i = 0; i < nodes.size(); ++i)
            scores[i] = scorer.plugin->score(state, pod, *nodes[i]);
        scorer.plugin->normalize(state, nodes, scores);
        for (size_t i = 0; i < nodes.size(); ++i)
            totals[i] += scores[i] * scorer.weight;
    }
    return totals;
}

Result<> Framework::reserve(const PodInfo &pod, const std::string &node) {
    for (size_t i = 0; i < m_reserve.size(); ++i)
        if (auto reserved = m_reserve[i]->reserve(pod, node); !reserved) {
            // Those before it, and itself: it may have come half way.
            for (size_t done = i + 1; done-- > 0;)
                m_reserve[done]->unreserve(pod, node);
            return reserved;
        }
    return {};
}

void Framework::unreserve(const PodInfo &pod, const std::string &node) {
    for (size_t i = m_reserve.size(); i-- > 0;)
        m_reserve[i]->unreserve(pod, node);
}

ClusterEvents Framework::wakingEvents(std::string_view plugin) const {
    for (const auto &known : m_plugins)
        if (known->name() == plugin)
            return known->wakingEvents();
    return kAnyEvent;
}

} // namespace coracle::scheduler
