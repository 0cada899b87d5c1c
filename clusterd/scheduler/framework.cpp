#include "clusterd/scheduler/framework.h"

#include "clusterd/scheduler/waiting_pods.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::scheduler {

namespace {

/// Plug-ins are known under several interfaces; this is the one object behind them.
bool listed(const std::vector<const Plugin *> &plugins, const Plugin *plugin) {
    return std::find(plugins.begin(), plugins.end(), plugin) != plugins.end();
}

template<class Interface, class List>
bool append(List &list, Plugin &plugin) {
    auto *part = dynamic_cast<Interface *>(&plugin);
    if (part)
        list.push_back(part);
    return part != nullptr;
}

void keepOnly(std::vector<std::string> &names, const std::vector<std::string> &allowed) {
    std::erase_if(names, [&](const std::string &name) {
        return std::find(allowed.begin(), allowed.end(), name) == allowed.end();
    });
}

} // namespace

void scaleScores(std::vector<int64_t> &scores, ScoreOrder order) {
    const int64_t largest = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    for (int64_t &score : scores) {
        score = largest == 0 ? 0 : score * kScoreMax / largest;
        if (order == ScoreOrder::SmallIsGood)
            score = kScoreMax - score;
    }
}

Plugin &Framework::own(std::unique_ptr<Plugin> plugin) {
    m_interests[plugin->name()] = plugin->eventsToRegister();
    return *m_plugins.emplace_back(std::move(plugin));
}

bool Framework::enable(ExtensionPoint point, Plugin &plugin, int64_t scoreWeight) {
    auto put = [&] {
        switch (point) {
        case ExtensionPoint::PreEnqueue:
            return append<PreEnqueuePlugin>(m_preEnqueue, plugin);
        case ExtensionPoint::PreFilter:
            return append<PreFilterPlugin>(m_preFilters, plugin);
        case ExtensionPoint::Filter:
            return append<FilterPlugin>(m_filters, plugin);
        case ExtensionPoint::PostFilter:
            return append<PostFilterPlugin>(m_postFilters, plugin);
        case ExtensionPoint::PreScore:
            return append<PreScorePlugin>(m_preScorers, plugin);
        case ExtensionPoint::Score:
            if (auto *score = dynamic_cast<ScorePlugin *>(&plugin)) {
                m_scorers.push_back({score, scoreWeight});
                return true;
            }
            return false;
        case ExtensionPoint::Reserve:
            return append<ReservePlugin>(m_reserve, plugin);
        case ExtensionPoint::Permit:
            return append<PermitPlugin>(m_permit, plugin);
        case ExtensionPoint::PreBind:
            return append<PreBindPlugin>(m_preBind, plugin);
        case ExtensionPoint::Bind:
            return append<BindPlugin>(m_bind, plugin);
        case ExtensionPoint::PostBind:
            return append<PostBindPlugin>(m_postBind, plugin);
        }
        return false;
    };
    if (!put())
        return false;
    m_names[static_cast<size_t>(point)].push_back(plugin.name());
    return true;
}

void Framework::add(std::unique_ptr<Plugin> plugin, int64_t scoreWeight) {
    Plugin &owned = own(std::move(plugin));
    for (size_t point = 0; point < kExtensionPoints; ++point)
        enable(static_cast<ExtensionPoint>(point), owned, scoreWeight);
}

std::vector<std::string_view> Framework::enabled(ExtensionPoint point) const {
    return m_names[static_cast<size_t>(point)];
}

Filtered Framework::named(Filtered rejected, const Plugin &plugin) {
    if (rejected)
        rejected->plugin = plugin.name();
    return rejected;
}

Filtered Framework::preEnqueue(const PodInfo &pod) const {
    for (const PreEnqueuePlugin *plugin : m_preEnqueue)
        if (auto rejected = named(plugin->preEnqueue(pod), *plugin))
            return rejected;
    return std::nullopt;
}

Framework::Prepared Framework::preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const {
    Prepared prepared;
    std::vector<const Plugin *> skipped;
    for (const PreFilterPlugin *plugin : m_preFilters) {
        auto outcome = plugin->preFilter(state, pod, cache);
        if (outcome.rejected) {
            prepared.rejected = named(std::move(outcome.rejected), *plugin);
            return prepared;
        }
        if (outcome.nodes) {
            prepared.nodesBy.insert(plugin->name());
            if (prepared.nodes)
                keepOnly(*prepared.nodes, *outcome.nodes);
            else
                prepared.nodes = std::move(outcome.nodes);
            if (prepared.nodes->empty()) {
                const bool several = prepared.nodesBy.size() > 1;
                prepared.rejected = named(
                    Rejection{.reasons = {several ? fmt::format("node(s) didn't satisfy plugin(s) [{}] simultaneously",
                                                                fmt::join(prepared.nodesBy, " "))
                                                  : fmt::format("node(s) didn't satisfy plugin {}", plugin->name())},
                              .resolvable = false},
                    *plugin);
                return prepared;
            }
        }
        if (outcome.skip)
            skipped.push_back(plugin);
        else
            prepared.extensions.push_back(plugin);
    }
    for (const FilterPlugin *plugin : m_filters)
        if (!listed(skipped, plugin))
            prepared.filters.push_back(plugin);
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

Task<PostFilterPlugin::Outcome> Framework::postFilter(CycleState &state, PodInfoPtr pod,
                                                      const Diagnosis &diagnosis) const {
    PostFilterPlugin::Outcome all;
    for (PostFilterPlugin *plugin : m_postFilters) {
        auto outcome = co_await plugin->postFilter(state, pod, diagnosis);
        if (outcome.nominatedNode)
            all.nominatedNode = std::move(outcome.nominatedNode);
        if (!outcome.message.empty())
            all.message += (all.message.empty() ? "" : ", ") + outcome.message;
        all.resolved = outcome.resolved;
        if (all.resolved)
            break;
    }
    co_return all;
}

std::vector<int64_t> Framework::score(CycleState &state, const PodInfo &pod, const Cache &cache,
                                      const std::vector<const NodeInfo *> &nodes) const {
    std::vector<const Plugin *> skipped;
    for (const PreScorePlugin *plugin : m_preScorers)
        if (!plugin->preScore(state, pod, cache, nodes))
            skipped.push_back(plugin);
    std::vector<int64_t> totals(nodes.size()), scores(nodes.size());
    for (const Scorer &scorer : m_scorers) {
        if (listed(skipped, scorer.plugin))
            continue;
        for (size_t i = 0; i < nodes.size(); ++i)
            scores[i] = scorer.plugin->score(state, pod, *nodes[i]);
        scorer.plugin->normalize(state, nodes, scores);
        for (size_t i = 0; i < nodes.size(); ++i)
            totals[i] += scores[i] * scorer.weight;
    }
    return totals;
}

Filtered Framework::reserve(CycleState &state, const PodInfo &pod, const std::string &node) const {
    for (ReservePlugin *plugin : m_reserve)
        if (auto rejected = named(plugin->reserve(state, pod, node), *plugin))
            return rejected;
    return std::nullopt;
}

void Framework::unreserve(CycleState &state, const PodInfo &pod, const std::string &node) const {
    for (size_t i = m_reserve.size(); i-- > 0;)
        m_reserve[i]->unreserve(state, pod, node);
}

Filtered Framework::permit(CycleState &state, const PodInfoPtr &pod, const std::string &node,
                           WaitingPods &waiting) const {
    std::vector<std::pair<std::string_view, Duration>> delays;
    for (PermitPlugin *plugin : m_permit) {
        auto outcome = plugin->permit(state, *pod, node);
        if (outcome.rejected)
            return named(std::move(outcome.rejected), *plugin);
        if (outcome.wait > Duration::zero())
            delays.emplace_back(plugin->name(), outcome.wait);
    }
    for (const auto &[plugin, wait] : delays)
        waiting.add(pod, plugin, wait);
    return std::nullopt;
}

PreBindPlugin::Work Framework::preBindWork(const CycleState &state, const PodInfo &pod, const std::string &node) const {
    auto work = PreBindPlugin::Work::None;
    for (const PreBindPlugin *plugin : m_preBind)
        work = std::max(work, plugin->preBindWork(state, pod, node));
    return work;
}

Task<Filtered> Framework::preBind(CycleState &state, PodInfoPtr pod, std::string node) const {
    for (PreBindPlugin *plugin : m_preBind) {
        if (plugin->preBindWork(state, *pod, node) == PreBindPlugin::Work::None)
            continue;
        auto rejected = co_await plugin->preBind(state, pod, node);
        if (rejected) {
            rejected->plugin = plugin->name();
            co_return rejected;
        }
    }
    co_return std::nullopt;
}

Task<Result<>> Framework::bind(PodInfoPtr pod, std::string node) const {
    for (BindPlugin *plugin : m_bind)
        if (plugin->handles(*pod))
            co_return co_await plugin->bind(pod, node);
    co_return errors::other(fmt::format("profile {} has no plug-in that binds pods", m_name));
}

void Framework::postBind(CycleState &state, const PodInfo &pod, const std::string &node) const {
    for (PostBindPlugin *plugin : m_postBind)
        plugin->postBind(state, pod, node);
}

bool Framework::wakes(const std::set<std::string_view> &plugins, const PodInfo &pod,
                      const ClusterChange &change) const {
    if (plugins.empty())
        return true;
    for (const std::string_view plugin : plugins) {
        const auto known = m_interests.find(plugin);
        if (known == m_interests.end())
            return true;
        for (const EventInterest &interest : known->second)
            if (interest.event.meets(change.event) && (!interest.hint || interest.hint(pod, change) == Hint::Queue))
                return true;
    }
    return false;
}

} // namespace coracle::scheduler
