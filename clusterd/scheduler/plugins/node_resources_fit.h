#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/plugins/resource_scoring.h"

#include <boost/json/fwd.hpp>
#include <set>

namespace coracle::scheduler {

class DeviceCatalog;

/// The node must have what the pod asks for left over; its score says how much of it would be in use. Extended
/// resources that a node does not have as capacity, but that a DeviceClass names, are left to DynamicResources.
class NodeResourcesFit final : public FilterPlugin, public ScorePlugin {
public:
    enum class Strategy { LeastAllocated, MostAllocated, RequestedToCapacityRatio };
    /// A point of the line from utilization (percent) to score (0 to kScoreMax).
    struct ShapePoint {
        int64_t utilization = 0, score = 0;
    };
    /// NodeResourcesFitArgs.
    struct Arguments {
        Strategy strategy = Strategy::LeastAllocated;
        std::vector<ScoredResource> resources = defaultScoredResources();
        std::vector<ShapePoint> shape;
        std::set<std::string, std::less<>> ignoredResources, ignoredGroups; ///< extended ones that needn't fit
        static Result<Arguments> parse(const boost::json::value &arguments);
    };

    NodeResourcesFit() : NodeResourcesFit(Arguments()) {}
    explicit NodeResourcesFit(Arguments arguments) : m_arguments(std::move(arguments)) {}
    NodeResourcesFit(const PluginContext &context, Arguments arguments);

    std::string_view name() const override { return "NodeResourcesFit"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;

private:
    bool ignored(std::string_view resource) const;
    int64_t scoreOf(int64_t allocatable, int64_t requested) const;

    const Arguments m_arguments;
    const DeviceCatalog *m_devices = nullptr; ///< null: no resource is had through devices
};

} // namespace coracle::scheduler
