#include "clusterd/scheduler/plugins/volume_restrictions.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/volume_catalog.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

struct State final : PluginState {
    std::vector<std::string> exclusive; ///< the pod's claims with ReadWriteOncePod
    int64_t conflicts = 0;              ///< how often other pods use them
};

int64_t conflicts(const State &state, const PodInfo &pod, const PodInfo &other) {
    if (!other.volumes || other.namespaceName() != pod.namespaceName() || other.uid() == pod.uid())
        return 0;
    return std::ranges::count_if(state.exclusive, [&](const std::string &claim) { return other.volumes->uses(claim); });
}

bool takesDisk(const PodInfo &pod, const PodInfo &other) {
    return other.volumes && std::ranges::any_of(pod.volumes->disks, [&](const PodDisk &disk) {
               return std::ranges::any_of(other.volumes->disks,
                                          [&](const PodDisk &taken) { return disk.conflicts(taken); });
           });
}

} // namespace

VolumeRestrictions::VolumeRestrictions(const PluginContext &context)
    : m_catalog(context.informers.shared<VolumeCatalog>(context.gate.executor())) {}

std::vector<EventInterest> VolumeRestrictions::eventsToRegister() const {
    // Another pod that goes and shares a claim or a disk.
    auto gone = [](const PodInfo &waiting, const ClusterChange &change) {
        if (!waiting.volumes || !change.podBefore || !change.podBefore->volumes)
            return Hint::Skip;
        const PodInfo &other = *change.podBefore;
        const bool shares = other.namespaceName() == waiting.namespaceName() &&
                            std::ranges::any_of(waiting.volumes->claims,
                                                [&](const PodClaim &claim) { return other.volumes->uses(claim.name); });
        return shares || takesDisk(waiting, other) ? Hint::Queue : Hint::Skip;
    };
    return {{{EventResource::Pod, kDelete}, gone},
            {{EventResource::Node, kAdd}},
            {{EventResource::PersistentVolumeClaim, kAdd | kUpdate}, usesClaim}};
}

PreFilterPlugin::Outcome VolumeRestrictions::preFilter(CycleState &state, const PodInfo &pod,
                                                       const Cache &cache) const {
    if (!pod.volumes)
        return {.skip = true};
    auto found = std::make_unique<State>();
    for (const PodClaim &used : pod.volumes->claims) {
        if (used.ephemeral) // nobody else uses it
            continue;
        const auto claim = m_catalog.claims.find(fmt::format("{}/{}", pod.namespaceName(), used.name));
        if (!claim)
            return {.rejected = Rejection{{fmt::format("persistentvolumeclaim \"{}\" not found", used.name)}, false}};
        const auto &modes = claim->spec.accessModes;
        if (std::ranges::find(modes, corev1::kReadWriteOncePod) != modes.end())
            found->exclusive.push_back(used.name);
    }
    if (found->exclusive.empty() && pod.volumes->disks.empty())
        return {.skip = true};
    if (!found->exclusive.empty())
        for (const NodeInfo *node : cache.nodes())
            for (const PlacedPod *placed : node->pods())
                found->conflicts += conflicts(*found, pod, *placed->pod);
    state.set(*this, std::move(found));
    return {};
}

void VolumeRestrictions::addPod(CycleState &state, const PodInfo &pod, const PlacedPod &other) const {
    State &found = state.edit<State>(*this);
    found.conflicts += conflicts(found, pod, *other.pod);
}

void VolumeRestrictions::removePod(CycleState &state, const PodInfo &pod, const PlacedPod &other) const {
    State &found = state.edit<State>(*this);
    found.conflicts -= conflicts(found, pod, *other.pod);
}

Filtered VolumeRestrictions::filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const {
    if (std::ranges::any_of(node.pods(), [&](const PlacedPod *placed) { return takesDisk(pod, *placed->pod); }))
        return Rejection{{"node(s) had no available disk"}};
    if (state.get<State>(*this).conflicts > 0)
        return Rejection{
            {"node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"}};
    return std::nullopt;
}

} // namespace coracle::scheduler
