#pragma once

#include "clusterd/scheduler/framework.h"

#include <boost/json/fwd.hpp>

namespace coracle::scheduler {

/// Pods that want, or don't want, to be in one topology domain with others; also what the others want of this one.
class InterPodAffinity final : public PreFilterPlugin, public FilterPlugin, public PreScorePlugin, public ScorePlugin {
public:
    /// InterPodAffinityArgs.
    struct Arguments {
        int64_t hardPodAffinityWeight = 1; ///< of placed pods' required affinity in the score
        bool ignorePreferredTermsOfExistingPods = false;
        static Result<Arguments> parse(const boost::json::value &arguments);
    };

    InterPodAffinity() : InterPodAffinity(Arguments()) {}
    explicit InterPodAffinity(Arguments arguments) : m_arguments(arguments) {}

    std::string_view name() const override { return "InterPodAffinity"; }
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
    const Arguments m_arguments;
};

} // namespace coracle::scheduler
