#pragma once

#include "clusterd/scheduler/framework.h"

#include <boost/json/fwd.hpp>

namespace coracle::corev1 {
struct PersistentVolume;
struct PersistentVolumeClaim;
} // namespace coracle::corev1

namespace coracle::scheduler {

class VolumeCatalog;
struct NodeVolumes;

/// Claims and volumes: a node fits when the pod's bound volumes can be reached from it, and those claims that wait for
/// their first consumer can be bound to a volume there or have one made. The choice is kept in memory from Reserve on;
/// before the pod is bound it is written, as the volume's claimRef or the claim's annotation selected-node, and awaited
/// until the volume controllers have bound everything. No pod is bound for a claim that was replaced meanwhile: that
/// one would wait for its first consumer for ever.
/// Reads: PersistentVolumeClaims, PersistentVolumes, StorageClasses, CSIDrivers, CSIStorageCapacities.
/// Writes: PersistentVolumes (spec.claimRef), PersistentVolumeClaims (annotation).
class VolumeBinding final : public PreFilterPlugin, public FilterPlugin, public ReservePlugin, public PreBindPlugin {
public:
    /// VolumeBindingArgs
    struct Arguments {
        Duration bindTimeout = std::chrono::seconds(600); ///< how long preBind() waits for the volume controllers
        static Result<Arguments> parse(const boost::json::value &value);
    };

    explicit VolumeBinding(const PluginContext &context) : VolumeBinding(context, Arguments()) {}
    VolumeBinding(const PluginContext &context, Arguments arguments);

    std::string_view name() const override { return "VolumeBinding"; }
    std::vector<EventInterest> eventsToRegister() const override;
    Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    bool exclusive() const override { return true; }
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    Filtered reserve(CycleState &state, const PodInfo &pod, const std::string &node) override;
    void unreserve(CycleState &state, const PodInfo &pod, const std::string &node) override;
    Work preBindWork(const CycleState &state, const PodInfo &pod, const std::string &node) const override;
    Task<Filtered> preBind(CycleState &state, PodInfoPtr pod, std::string node) override;

private:
    Task<Result<>> writeDecisions(const NodeVolumes &chosen);
    /// True once everything is bound; an error when it cannot come to that any more.
    Result<bool> isBound(const NodeVolumes &chosen, const std::string &node) const;

    client::Client &m_client;
    Clock &m_clock;
    Gate &m_gate;
    Cache &m_cache;
    VolumeCatalog &m_catalog;
    const Arguments m_arguments;
};

} // namespace coracle::scheduler
