#include "clusterd/scheduler/informers.h"

#include "core/api/schema.h"

namespace coracle::scheduler {

namespace {

/// Nothing for kinds whose changes give no pod room.
std::optional<EventResource> eventResource(std::string_view kind) {
    static constexpr std::pair<std::string_view, EventResource> kKinds[] = {
        {"PersistentVolume", EventResource::PersistentVolume},
        {"PersistentVolumeClaim", EventResource::PersistentVolumeClaim},
        {"StorageClass", EventResource::StorageClass},
        {"CSINode", EventResource::CsiNode},
        {"CSIDriver", EventResource::CsiDriver},
        {"CSIStorageCapacity", EventResource::CsiStorageCapacity},
        {"VolumeAttachment", EventResource::VolumeAttachment},
        {"ResourceClaim", EventResource::ResourceClaim},
        {"ResourceSlice", EventResource::ResourceSlice},
        {"DeviceClass", EventResource::DeviceClass}};
    for (const auto &[name, resource] : kKinds)
        if (name == kind)
            return resource;
    return std::nullopt;
}

} // namespace

client::Informer &Informers::get(const client::ResourceInfo &resource) {
    auto &informer = m_informers[&resource];
    if (!informer)
        informer = std::make_unique<client::Informer>(m_client, resource, m_clock);
    return *informer;
}

void Informers::start(Gate &gate) {
    for (auto &[resource, informer] : m_informers) {
        // Behind the plug-ins' handlers: what they keep must be current when pods are tried again.
        if (const auto kind = eventResource(resource->kind))
            informer->addHandler([this, kind](const auto &before, const auto &after) {
                ClusterChange change;
                change.event = {*kind, static_cast<EventActions>(!before ? kAdd : !after ? kDelete : kUpdateOther)};
                change.before = before;
                change.after = after;
                m_onChange(change);
            });
        informer->start(gate);
    }
}

bool Informers::synced() const {
    for (const auto &[resource, informer] : m_informers)
        if (!informer->synced())
            return false;
    return true;
}

Task<> Informers::waitSynced() {
    for (auto &[resource, informer] : m_informers)
        co_await informer->waitSynced();
}

} // namespace coracle::scheduler
