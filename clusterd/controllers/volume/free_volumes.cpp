#include "clusterd/controllers/volume/free_volumes.h"

#include "clusterd/volume/storage_class.h"

namespace coracle::controllers {

bool FreeVolumes::apply(const corev1::PersistentVolume &volume) {
    remove(volume.metadata.name);
    if (volume.spec.claimRef || volume.status.phase != "Available" || !volume.metadata.deletionTimestamp.isZero())
        return false;
    std::string storageClass(volume::classOf(volume));
    m_classes[storageClass].insert_or_assign(volume.metadata.name, volume);
    m_classOf.insert_or_assign(volume.metadata.name, std::move(storageClass));
    return true;
}

void FreeVolumes::remove(std::string_view name) {
    const auto known = m_classOf.find(name);
    if (known == m_classOf.end())
        return;
    const auto volumes = m_classes.find(known->second);
    volumes->second.erase(known->first);
    if (volumes->second.empty())
        m_classes.erase(volumes);
    m_classOf.erase(known);
}

void FreeVolumes::collect(std::string_view storageClass, std::vector<const corev1::PersistentVolume *> &volumes) const {
    const auto found = m_classes.find(storageClass);
    if (found == m_classes.end())
        return;
    for (const auto &[name, volume] : found->second)
        volumes.push_back(&volume);
}

} // namespace coracle::controllers
