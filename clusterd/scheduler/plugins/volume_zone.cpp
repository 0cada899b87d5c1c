#include "clusterd/scheduler/plugins/volume_zone.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/scheduler/plugins/volume_catalog.h"
#include "clusterd/volume/storage_class.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

/// A label and what stands for it on nodes that have it no more.
struct TopologyLabel {
    std::string_view key, current;
};
constexpr std::array<TopologyLabel, 4> kLabels{{
    {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
    {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
    {"topology.kubernetes.io/zone", "topology.kubernetes.io/zone"},
    {"topology.kubernetes.io/region", "topology.kubernetes.io/region"},
}};

struct Demand {
    TopologyLabel label;
    std::vector<std::string> values; ///< one of them
};

struct State final : PluginState {
    std::vector<Demand> demands;
};

/// Volumes of several zones have the zones' names joined with "__".
std::vector<std::string> splitZones(std::string_view text) {
    std::vector<std::string> zones;
    for (size_t at; (at = text.find("__")) != text.npos; text.remove_prefix(at + 2))
        zones.emplace_back(text.substr(0, at));
    zones.emplace_back(text);
    return zones;
}

Rejection rejected(std::string reason) {
    return Rejection{{std::move(reason)}, false};
}

} // namespace

VolumeZone::VolumeZone(const PluginContext &context)
    : m_catalog(context.informers.shared<VolumeCatalog>(context.gate.executor())) {}

std::vector<EventInterest> VolumeZone::eventsToRegister() const {
    return {{{EventResource::StorageClass, kAdd}},
            {{EventResource::Node, kAdd | kUpdateNodeLabel}},
            {{EventResource::PersistentVolumeClaim, kAdd | kUpdate}, usesClaim},
            {{EventResource::PersistentVolume, kAdd | kUpdate}}};
}

PreFilterPlugin::Outcome VolumeZone::preFilter(CycleState &state, const PodInfo &pod, const Cache &) const {
    if (!pod.volumes)
        return {.skip = true};
    auto found = std::make_unique<State>();
    for (const PodClaim &used : pod.volumes->claims) {
        if (used.ephemeral)
            continue;
        const auto claim = m_catalog.claims.find(fmt::format("{}/{}", pod.namespaceName(), used.name));
        if (!claim)
            return {.rejected = rejected(fmt::format("persistentvolumeclaim \"{}\" not found", used.name))};
        if (claim->spec.volumeName.empty()) {
            const std::string_view className = volume::classOf(*claim);
            if (className.empty())
                return {.rejected = rejected("PersistentVolumeClaim had no pv name and storageClass name")};
            const storagev1::StorageClass *storageClass = m_catalog.storageClass(className);
            if (!storageClass)
                return {.rejected = rejected(fmt::format("storageclass.storage.k8s.io \"{}\" not found", className))};
            if (!volume::waitsForConsumer(*storageClass))
                return {.rejected = rejected("PersistentVolume had no name")};
            continue;
        }
        const auto volume = m_catalog.volumes.find(claim->spec.volumeName);
        if (!volume)
            return {.rejected = rejected(fmt::format("persistentvolume \"{}\" not found", claim->spec.volumeName))};
        for (const TopologyLabel &label : kLabels)
            if (const auto value = volume->metadata.labels.find(label.key); value != volume->metadata.labels.end())
                found->demands.push_back({label, splitZones(value->second)});
    }
    if (found->demands.empty())
        return {.skip = true};
    state.set(*this, std::move(found));
    return {};
}

Filtered VolumeZone::filter(const CycleState &state, const PodInfo &, const NodeInfo &node) const {
    // Clusters of one zone often have no labels.
    if (std::ranges::none_of(kLabels, [&](const TopologyLabel &label) { return node.label(label.key).has_value(); }))
        return std::nullopt;
    for (const Demand &demand : state.get<State>(*this).demands) {
        auto value = node.label(demand.label.key);
        if (!value)
            value = node.label(demand.label.current);
        if (!value || std::ranges::find(demand.values, *value) == demand.values.end())
            return rejected("node(s) had no available volume zone");
    }
    return std::nullopt;
}

} // namespace coracle::scheduler
