#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Removes pods that nobody else removes: of nodes that are gone, deleted before they were scheduled, and finished ones
/// above the threshold.
/// Reads: Pods, Nodes. Writes: deletes Pods.
class PodGcController final : public Controller {
public:
    PodGcController(const ControllerContext &context, size_t terminatedPodsMax = 12500);
    int workers() const override { return 1; }
    Task<Result<>> reconcile(std::string key) override;

private:
    Task<Result<>> collectOrphans();
    Task<Result<>> collectTerminated();
    Task<Result<>> removeNow(const ObjectPtr &pod);

    size_t m_terminatedPodsMax;
    client::Informer &m_pods;
    client::Informer &m_nodes;
    std::map<std::string, SteadyTime> m_missingNodes; ///< since when
};

} // namespace coracle::controllers
