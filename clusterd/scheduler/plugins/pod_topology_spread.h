#pragma once

#include "clusterd/scheduler/framework.h"

#include <boost/json/fwd.hpp>

namespace coracle::scheduler {

class DefaultSelectors;

/// Spreads matching pods over zones, nodes or other topology domains: no domain may have more than maxSkew pods more
/// than the emptiest one; or domains with few pods are preferred. Pods without constraints of their own get the
/// profile's; by default they are loosely spread over nodes and zones together with their replicas.
class PodTopologySpread final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    /// PodTopologySpreadArgs.
    struct Arguments {
        bool systemDefaults = true;
        std::vector<SpreadConstraint> constraints; ///< for pods without any; their selectors follow from the pod
        static Result<Arguments> parse(const boost::json::value &arguments);
    };

    /// Without constraints for pods that have none.
    PodTopologySpread() = default;
    PodTopologySpread(const PluginContext &context, Arguments arguments);

    std::string_view name() const override { return "PodTopologySpread"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    void addPod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const override;
    void removePod(CycleState &state, const PodInfo &pod, const PlacedPod &placed) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;

private:
    std::vector<SpreadConstraint> constraintsOf(const PodInfo &pod, bool required) const;

    Arguments m_arguments{.systemDefaults = false};
    DefaultSelectors *m_selectors = nullptr;
};

} // namespace coracle::scheduler
