#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

class VolumeCatalog;

/// Volumes that pods can't share: claims with the access mode ReadWriteOncePod in the whole cluster, and network disks
/// that pods name themselves on one node, unless all of them only read.
class VolumeRestrictions final : public PreFilterPlugin, public FilterPlugin {
public:
    explicit VolumeRestrictions(const PluginContext &context);

    std::string_view name() const override { return "VolumeRestrictions"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    void addPod(CycleState &state, const PodInfo &pod, const PlacedPod &other) const override;
    void removePod(CycleState &state, const PodInfo &pod, const PlacedPod &other) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;

private:
    VolumeCatalog &m_catalog;
};

} // namespace coracle::scheduler
