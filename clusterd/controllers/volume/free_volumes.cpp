#include "clusterd/controllers/volume/free_volumes.h"

#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"

namespace coracle::controllers {

bool FreeVolumes::apply(const corev1::PersistentVolume &volume) {
    remove(volume.metadata.name);
    if (volume.spec.claimRef || volume.status.phase != "Available" || !volume.metadata.deletionTimestamp.isZero())
        return false;
    Place place{.storageClass = std::string(volume::classOf(volume)),
                .rank = {volume.spec.accessModes.size(), volume::capacity(volume), volume.metadata.name}};
    m_classes[place.storageClass].insert_or_assign(place.rank, volume);
    m_places.insert_or_assign(volume.metadata.name, std::move(place));
    return true;
}

void FreeVolumes::remove(std::string_view name) {
    const auto known = m_places.find(name);
    if (known == m_places.end())
        return;
    const auto volumes = m_classes.find(known->second.storageClass);
    volumes->second.erase(known->second.rank);
    if (volumes->second.empty())
        m_classes.erase(volumes);
    m_places.erase(known);
}

const corev1::PersistentVolume *FreeVolumes::choose(const corev1::PersistentVolumeClaim &claim) const {
    const auto found = m_classes.find(volume::classOf(claim));
    if (found == m_classes.end())
        return nullptr;
    for (const auto &[rank, volume] : found->second) {
        const corev1::PersistentVolume *candidate = &volume;
        if (volume::findMatch(claim, {&candidate, 1}))
            return candidate;
    }
    return nullptr;
}

} // namespace coracle::controllers
