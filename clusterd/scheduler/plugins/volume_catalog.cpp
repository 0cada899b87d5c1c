#include "clusterd/scheduler/plugins/volume_catalog.h"

#include "clusterd/scheduler/informers.h"
#include "clusterd/volume/storage_class.h"
#include "core/base/log.h"

namespace coracle::scheduler {

namespace {

constexpr const char *kByNode = "node";

void complain(const api::Object &object, const Status &status) {
    log::warning("scheduler", "{} {} cannot be read: {}", object.kind(), object.key(), status.message);
}

/// Keeps a map of decoded objects current.
template<class T>
void follow(client::Informer &informer, std::map<std::string, T, std::less<>> &kept) {
    informer.addHandler([&kept](const api::ObjectPtr &before, const api::ObjectPtr &after) {
        const std::string name((after ? after : before)->name());
        if (!after)
            kept.erase(name);
        else if (auto decoded = api::decode<T>(*after))
            kept.insert_or_assign(name, std::move(*decoded));
        else
            complain(*after, decoded.error());
    });
}

template<class T>
const T *findIn(const std::map<std::string, T, std::less<>> &kept, std::string_view name) {
    const auto found = kept.find(name);
    return found == kept.end() ? nullptr : &found->second;
}

Result<StorageRoom> toRoom(const api::Object &object) {
    TRY(const auto capacity, api::decode<storagev1::CSIStorageCapacity>(object));
    StorageRoom room{.storageClass = capacity.storageClassName, .nodes = api::LabelSelector::nothing(), .largest = {}};
    if (capacity.nodeTopology) {
        TRY(room.nodes, api::LabelSelector::from(*capacity.nodeTopology));
    }
    room.largest = capacity.maximumVolumeSize ? capacity.maximumVolumeSize : capacity.capacity;
    return room;
}

} // namespace

VolumeCatalog::VolumeCatalog(Informers &informers, const Executor &executor)
    : changed(executor), m_attachments(informers.get<storagev1::VolumeAttachment>()) {
    follow(informers.get<storagev1::StorageClass>(), m_classes);
    follow(informers.get<storagev1::CSIDriver>(), m_drivers);
    follow(informers.get<storagev1::CSINode>(), m_nodes);
    informers.get<corev1::PersistentVolumeClaim>().addHandler([this](const auto &before, const auto &after) {
        if (!after)
            claims.remove(before->key());
        else if (auto set = claims.set(*after); !set)
            complain(*after, set.error());
        changed.notifyAll();
    });
    informers.get<corev1::PersistentVolume>().addHandler([this](const auto &before, const auto &after) {
        const std::string name((after ? after : before)->name());
        if (const auto known = volumes.find(name))
            m_volumesByClass[std::string(volume::classOf(*known))].erase(name);
        if (!after)
            volumes.remove(name);
        else if (auto set = volumes.set(*after); !set)
            complain(*after, set.error());
        if (const auto known = volumes.find(name))
            m_volumesByClass[std::string(volume::classOf(*known))].insert(name);
        changed.notifyAll();
    });
    informers.get<storagev1::CSIStorageCapacity>().addHandler([this](const auto &before, const auto &after) {
        if (!after)
            m_room.erase(before->key());
        else if (auto room = toRoom(*after))
            m_room.insert_or_assign(after->key(), std::move(*room));
        else
            complain(*after, room.error());
    });
    if (!m_attachments.hasIndex(kByNode))
        m_attachments.addIndex(kByNode, [](const api::ObjectPtr &object, std::vector<std::string> &values) {
            if (auto attachment = api::decode<storagev1::VolumeAttachment>(*object))
                values.push_back(attachment->spec.nodeName);
        });
}

const storagev1::StorageClass *VolumeCatalog::storageClass(std::string_view name) const {
    return findIn(m_classes, name);
}

const storagev1::CSIDriver *VolumeCatalog::driver(std::string_view name) const {
    return findIn(m_drivers, name);
}

const storagev1::CSINode *VolumeCatalog::node(std::string_view name) const {
    return findIn(m_nodes, name);
}

bool VolumeCatalog::hasRoom(const storagev1::StorageClass &storageClass, const api::Quantity &size,
                            const api::Object &node) const {
    const storagev1::CSIDriver *known = driver(storageClass.provisioner);
    if (!known || !known->spec.storageCapacity.value_or(false))
        return true;
    for (const auto &[key, room] : m_room)
        if (room.storageClass == storageClass.metadata.name && room.largest && *room.largest >= size &&
            room.nodes.matches(node.labels()))
            return true;
    return false;
}

std::vector<AssumeCache<corev1::PersistentVolume>::Pointer>
VolumeCatalog::volumesOf(std::string_view storageClass) const {
    std::vector<AssumeCache<corev1::PersistentVolume>::Pointer> found;
    if (const auto names = m_volumesByClass.find(storageClass); names != m_volumesByClass.end())
        for (const std::string &name : names->second)
            found.push_back(volumes.find(name));
    return found;
}

std::vector<std::pair<std::string, std::string>> VolumeCatalog::attachedTo(std::string_view node) const {
    std::vector<std::pair<std::string, std::string>> attached;
    for (const api::ObjectPtr &object : m_attachments.byIndex(kByNode, node))
        if (auto attachment = api::decode<storagev1::VolumeAttachment>(*object);
            attachment && attachment->spec.source.persistentVolumeName)
            attached.emplace_back(attachment->spec.attacher, *attachment->spec.source.persistentVolumeName);
    return attached;
}

std::string csiVolumeKey(const corev1::PersistentVolume &volume) {
    return volume.spec.csi ? volume.spec.csi->driver + "/" + volume.spec.csi->volumeHandle : std::string();
}

Hint usesClaim(const PodInfo &waiting, const ClusterChange &change) {
    const api::Object &claim = *change.after;
    const bool own = waiting.volumes && claim.namespaceName() == waiting.namespaceName() &&
                     waiting.volumes->uses(std::string(claim.name()));
    return own ? Hint::Queue : Hint::Skip;
}

} // namespace coracle::scheduler
