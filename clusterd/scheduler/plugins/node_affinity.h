#pragma once

#include "clusterd/scheduler/framework.h"

#include <boost/json/fwd.hpp>

namespace coracle::scheduler {

/// nodeSelector and node affinity, required and preferred.
class NodeAffinity final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    /// NodeAffinityArgs: an affinity that all pods of the profile have besides their own.
    struct Arguments {
        bool hasRequired = false;
        std::vector<NodeTerm> required; ///< alternatives
        std::vector<PreferredNodeTerm> preferred;
        static Result<Arguments> parse(const boost::json::value &arguments);
    };

    NodeAffinity() = default;
    explicit NodeAffinity(Arguments arguments) : m_arguments(std::move(arguments)) {}

    std::string_view name() const override { return "NodeAffinity"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;

    /// Whether the pod's required rules allow the node.
    static bool allows(const PodDemands &demands, const api::Object &node);

private:
    const Arguments m_arguments;
};

} // namespace coracle::scheduler
