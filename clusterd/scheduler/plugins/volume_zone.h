#pragma once

#include "clusterd/scheduler/framework.h"

namespace coracle::scheduler {

class VolumeCatalog;

/// Zone and region labels of bound volumes: a node that has such labels at all must have one of the volume's values.
class VolumeZone final : public PreFilterPlugin, public FilterPlugin {
public:
    explicit VolumeZone(const PluginContext &context);

    std::string_view name() const override { return "VolumeZone"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;

private:
    VolumeCatalog &m_catalog;
};

} // namespace coracle::scheduler
