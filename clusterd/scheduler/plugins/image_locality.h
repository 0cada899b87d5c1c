#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

/// Prefers nodes that have the pod's images already, the more of them by size. An image that few nodes have counts
/// less, so that not all replicas go to the one node that has it.
class ImageLocality final : public PreScorePlugin, public ScorePlugin {
public:
    std::string_view name() const override { return "ImageLocality"; }
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
};

} // namespace coracle::scheduler
