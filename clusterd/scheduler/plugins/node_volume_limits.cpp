#include "clusterd/scheduler/plugins/node_volume_limits.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/volume_catalog.h"
#include "clusterd/volume/storage_class.h"

#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

struct State final : PluginState {
    std::map<std::string, std::set<std::string>> wanted; ///< the pod's volumes by driver
};

} // namespace

NodeVolumeLimits::NodeVolumeLimits(const PluginContext &context)
    : m_catalog(context.informers.shared<VolumeCatalog>(context.gate.executor())) {}

std::vector<EventInterest> NodeVolumeLimits::eventsToRegister() const {
    auto hadClaims = [](const PodInfo &, const ClusterChange &change) {
        return change.podBefore && change.podBefore->volumes && !change.podBefore->volumes->claims.empty() ? Hint::Queue
                                                                                                           : Hint::Skip;
    };
    return {{{EventResource::CsiNode, kAdd | kUpdate}},
            {{EventResource::Pod, kDelete}, hadClaims},
            {{EventResource::PersistentVolumeClaim, kAdd | kUpdate}, usesClaim},
            {{EventResource::VolumeAttachment, kDelete}}};
}

void NodeVolumeLimits::addVolumes(Volumes &volumes, const PodInfo &pod) const {
    if (!pod.volumes)
        return;
    for (const PodClaim &used : pod.volumes->claims) {
        const std::string key = fmt::format("{}/{}", pod.namespaceName(), used.name);
        const auto claim = m_catalog.claims.find(key);
        if (!claim)
            continue;
        const auto volume = claim->spec.volumeName.empty() ? nullptr : m_catalog.volumes.find(claim->spec.volumeName);
        if (volume) {
            if (volume->spec.csi)
                volumes[volume->spec.csi->driver].insert(csiVolumeKey(*volume));
        } else if (const auto *storageClass = m_catalog.storageClass(volume::classOf(*claim))) {
            // A volume that is still to be made, by a CSI driver of the provisioner's name.
            volumes[storageClass->provisioner].insert(key);
        }
    }
}

PreFilterPlugin::Outcome NodeVolumeLimits::preFilter(CycleState &state, const PodInfo &pod, const Cache &) const {
    auto found = std::make_unique<State>();
    addVolumes(found->wanted, pod);
    if (found->wanted.empty())
        return {.skip = true};
    state.set(*this, std::move(found));
    return {};
}

Filtered NodeVolumeLimits::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    const storagev1::CSINode *limits = m_catalog.node(node.name());
    if (!limits)
        return std::nullopt;
    const Volumes &wanted = state.get<State>(*this).wanted;
    Volumes attached;
    bool counted = false;
    for (const storagev1::CSINodeDriver &driver : limits->spec.drivers) {
        const auto own = wanted.find(driver.name);
        if (own == wanted.end() || !driver.allocatable || !driver.allocatable->count)
            continue;
        if (!std::exchange(counted, true)) {
            for (const PlacedPod *placed : node.pods())
                addVolumes(attached, *placed->pod);
            for (const auto &[attacher, name] : m_catalog.attachedTo(node.name()))
                if (const auto volume = m_catalog.volumes.find(name))
                    attached[attacher].insert(csiVolumeKey(*volume));
        }
        const std::set<std::string> &there = attached[driver.name];
        size_t more = 0;
        for (const std::string &volume : own->second)
            more += !there.contains(volume);
        if (more > 0 && int64_t(there.size() + more) > *driver.allocatable->count)
            return Rejection{{"node(s) exceed max volume count"}};
    }
    return std::nullopt;
}

} // namespace coracle::scheduler
