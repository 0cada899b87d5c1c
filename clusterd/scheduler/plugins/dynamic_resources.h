#pragma once

#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_catalog.h"

namespace coracle::scheduler {

struct DynamicResourcesState;
struct ExtendedClaim;
struct ExtendedResourcesState;

/// Devices for pods (resource.k8s.io/v1 structured parameters): a node fits when those claims of the pod that have
/// devices already can be used there, and devices for the others are free. The choice is kept in memory from Reserve on
/// and written before the pod is bound: the claim's finalizer and allocation, and the pod in status.reservedFor.
/// Extended resources that a node has not as capacity are had through devices of the class that names them; the claim
/// for them is made before the pod is bound, and removed when that comes to nothing. Reads: ResourceClaims,
/// ResourceSlices, DeviceClasses. Writes: ResourceClaims, Pods' status.extendedResourceClaimStatus.
class DynamicResources final : public PreEnqueuePlugin,
                               public PreFilterPlugin,
                               public FilterPlugin,
                               public PostFilterPlugin,
                               public PreScorePlugin,
                               public ScorePlugin,
                               public ReservePlugin,
                               public PreBindPlugin {
public:
    explicit DynamicResources(const PluginContext &context);

    std::string_view name() const override { return "DynamicResources"; }
    std::vector<EventInterest> eventsToRegister() const override;

    Filtered preEnqueue(const PodInfo &pod) const override;
    PreFilterPlugin::Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const override;
    bool exclusive() const override { return true; }
    Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    Task<PostFilterPlugin::Outcome> postFilter(CycleState &state, PodInfoPtr pod, const Diagnosis &diagnosis) override;
    bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                  const std::vector<const NodeInfo *> &nodes) const override;
    int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const override;
    void normalize(const CycleState &state, const std::vector<const NodeInfo *> &nodes,
                   std::vector<int64_t> &scores) const override;
    Filtered reserve(CycleState &state, const PodInfo &pod, const std::string &node) override;
    void unreserve(CycleState &state, const PodInfo &pod, const std::string &node) override;
    Work preBindWork(const CycleState &state, const PodInfo &pod, const std::string &node) const override;
    Task<Filtered> preBind(CycleState &state, PodInfoPtr pod, std::string node) override;

private:
    using Claim = ClaimLedger::Claim;

    /// The claims of the pod that exist and are needed; an error in words for users when one is missing or going.
    Result<std::vector<Claim>> claimsOf(const PodInfo &pod) const;
    /// What the pod asks for of extended resources, and what an earlier attempt left of it; null: nothing.
    Result<std::unique_ptr<ExtendedResourcesState>> extendedOf(const PodInfo &pod) const;
    /// The claim for those that the node has not as capacity; null: it has all.
    const ExtendedClaim *extendedOn(DynamicResourcesState &state, const NodeInfo &node) const;
    /// Makes the claim that was decided about, writes it for the pod and tells the pod.
    Task<Result<>> bindExtended(DynamicResourcesState &state, PodInfoPtr pod);
    /// Removes a claim that was made for extended resources, unless the pod was bound after all.
    Task<Result<>> removeExtended(Claim claim, PodInfoPtr pod);
    /// Writes one claim for the pod; nothing is reserved for it without an allocation.
    Task<Result<>> bindClaim(Claim claim, PodInfoPtr pod);
    Task<Result<>> release(std::string namespaceName, std::string name, std::string podUid);
    Task<Result<>> waitForConditions(CycleState &state, PodInfoPtr pod);

    client::Client &m_client;
    Clock &m_clock;
    Random &m_random;
    Gate &m_gate;
    DeviceCatalog &m_catalog;
};

} // namespace coracle::scheduler
