#include "clusterd/scheduler/algorithm.h"
#include "clusterd/scheduler/extenders.h"

namespace coracle::scheduler {

namespace {

/// The name under which extenders stand among the plug-ins that rejected a pod: any event may change their mind.
constexpr std::string_view kExtender = "Extender";

Choice failed(std::string why) {
    Choice choice;
    choice.diagnosis.error = true;
    choice.diagnosis.clusterReason = std::move(why);
    return choice;
}

void note(Diagnosis &diagnosis, const Extenders::Sifted &sifted, size_t asked) {
    const size_t dropped = asked - sifted.nodes.size();
    if (dropped > 0)
        diagnosis.plugins.insert(kExtender);
    // Those without a reason count among the hopeless.
    if (dropped > sifted.rejected.size())
        diagnosis.unresolvable += dropped - sifted.rejected.size();
    for (const auto &[node, rejection] : sifted.rejected) {
        ++diagnosis.reasons[rejection.reasons.front()];
        if (rejection.resolvable)
            diagnosis.resolvable.push_back(node);
        else
            ++diagnosis.unresolvable;
    }
}

std::vector<api::ObjectPtr> objects(const std::vector<const NodeInfo *> &nodes) {
    std::vector<api::ObjectPtr> all;
    for (const NodeInfo *node : nodes)
        all.push_back(node->object());
    return all;
}

} // namespace

Task<Choice> Algorithm::chooseWithExtenders(const Framework &framework, CycleState &state, PodInfoPtr pod) {
    const Extenders &extenders = *framework.extenders();
    Choice choice;
    Extenders::Sifted sifted;
    // Room that was made for the pod is offered alone at first, as choose() does.
    auto offer = m_nominations.nodeOf(pod->uid()).empty() ? Nominated::LikeOthers : Nominated::First;
    while (true) {
        CycleState draft;
        choice = {};
        auto asked = objects(filter(framework, draft, *pod, choice.diagnosis, offer));
        const size_t count = asked.size();
        if (count == 0)
            co_return choice;
        auto left = co_await extenders.filter(pod, std::move(asked));
        if (!left)
            co_return failed(left.error().message);
        sifted = std::move(*left);
        note(choice.diagnosis, sifted, count);
        if (!sifted.nodes.empty() || offer == Nominated::LikeOthers)
            break;
        offer = Nominated::LikeOthers;
    }
    if (sifted.nodes.empty())
        co_return choice;
    std::map<std::string, int64_t> preferences;
    if (sifted.nodes.size() > 1)
        preferences = co_await extenders.prioritize(pod, sifted.nodes);
    Diagnosis lastLook;
    std::vector<std::string> names;
    for (const api::ObjectPtr &node : sifted.nodes)
        names.emplace_back(node->name());
    const auto nodes = filterNamed(framework, state, *pod, names, lastLook);
    if (nodes.empty())
        co_return failed("the nodes that fitted changed while extenders were asked");
    auto scores = framework.score(state, *pod, m_cache, nodes);
    for (size_t i = 0; i < nodes.size(); ++i)
        if (const auto found = preferences.find(nodes[i]->name()); found != preferences.end())
            scores[i] += found->second;
    choice.feasible = nodes.size();
    choice.node = best(nodes, scores);
    co_return choice;
}

} // namespace coracle::scheduler
