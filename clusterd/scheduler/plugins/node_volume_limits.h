#pragma once

#include "clusterd/scheduler/framework.h"

#include <map>
#include <set>
#include <string>

namespace coracle::scheduler {

class VolumeCatalog;

/// How many volumes of a CSI driver a node can have attached (CSINode spec.drivers[].allocatable.count). What pods on
/// the node use and what VolumeAttachments put there counts, each volume once.
class NodeVolumeLimits final : public PreFilterPlugin, public FilterPlugin {
public:
    explicit NodeVolumeLimits(const PluginContext &context);

    std::string_view name() const override { return "NodeVolumeLimits"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;

private:
    using Volumes = std::map<std::string, std::set<std::string>>; ///< unique names of volumes by driver
    /// The CSI volumes of a pod, also those that are not made yet. Claims that are unknown are passed over.
    void addVolumes(Volumes &volumes, const PodInfo &pod) const;

    VolumeCatalog &m_catalog;
};

} // namespace coracle::scheduler
