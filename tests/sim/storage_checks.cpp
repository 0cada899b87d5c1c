#include "tests/sim/storage_checks.h"

#include "clusterd/kubelet/volumes/claims.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/matching.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace coracle::sim {

namespace local = volume::localpath;
using client::ObjectPtr;
using corev1::PersistentVolume;
using corev1::PersistentVolumeClaim;

namespace {

std::string keyOf(const PersistentVolumeClaim &claim) {
    return fmt::format("claim {}/{}", claim.metadata.namespace_, claim.metadata.name);
}

bool isUsed(const PersistentVolumeClaim &claim, const std::vector<corev1::Pod> &pods) {
    return std::ranges::any_of(pods, [&](const corev1::Pod &pod) {
        return pod.metadata.namespace_ == claim.metadata.namespace_ &&
               std::ranges::any_of(pod.spec.volumes, [&](const corev1::Volume &volume) {
                   return kubelet::claimName(pod, volume) == claim.metadata.name;
               });
    });
}

} // namespace

StorageChecks::StorageChecks(client::Client &client, World &world, const Nodes &nodes, const Workload &workload,
                             std::function<void(std::string)> broken)
    : m_nodes(nodes),
      m_workload(workload),
      m_broken(std::move(broken)),
      m_claims(client, PersistentVolumeClaim::resource(), world.clock) {
    m_claims.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (after)
            claimChanged(after);
        else
            claimGone(before);
    });
}

void StorageChecks::claimChanged(const ObjectPtr &object) {
    const auto claim = api::decode<PersistentVolumeClaim>(*object);
    if (!claim)
        return;
    if (claim->status.phase == "Lost")
        m_broken(keyOf(*claim) + " is lost");
    const std::string &uid = claim->metadata.uid, &name = claim->spec.volumeName;
    const auto known = m_volumeOf.find(uid);
    if (known != m_volumeOf.end() && known->second != name)
        m_broken(fmt::format("{} had {} and now has \"{}\"", keyOf(*claim), known->second, name));
    if (name.empty())
        return;
    const auto [owner, first] = m_claimOf.emplace(name, uid);
    if (!first && owner->second != uid)
        m_broken(fmt::format("{} and another claim have {}", keyOf(*claim), name));
    m_volumeOf[uid] = name;
}

/// A claim with owners goes with them: a StatefulSet that says so, or the pod of an ephemeral volume.
void StorageChecks::claimGone(const ObjectPtr &claim) {
    if (const auto known = m_volumeOf.find(std::string(claim->uid())); known != m_volumeOf.end()) {
        m_claimOf.erase(known->second);
        m_volumeOf.erase(known);
    }
    if (claim->owners().empty() && !m_workload.gaveUp(claim))
        m_broken(fmt::format("claim {} is gone, and nobody wanted that", claim->key()));
}

void StorageChecks::unrest(const std::vector<corev1::Pod> &pods, const std::vector<PersistentVolumeClaim> &claims,
                           const std::vector<PersistentVolume> &volumes, std::vector<std::string> &found) const {
    std::map<std::string, const PersistentVolume *> byName;
    std::map<std::string, const PersistentVolumeClaim *> byUid;
    for (const PersistentVolume &volume : volumes)
        byName[volume.metadata.name] = &volume;
    for (const PersistentVolumeClaim &claim : claims) {
        byUid[claim.metadata.uid] = &claim;
        if (claim.status.phase != "Bound" || !volume::isFullyBound(claim)) {
            // Without a consumer a claim may wait for ever.
            if (claim.status.phase != "Pending" || isUsed(claim, pods))
                found.push_back(fmt::format("{} is {} with volume \"{}\"", keyOf(claim), claim.status.phase,
                                            claim.spec.volumeName));
            continue;
        }
        const auto volume = byName.find(claim.spec.volumeName);
        if (volume == byName.end() || !volume->second->spec.claimRef ||
            volume->second->spec.claimRef->uid != claim.metadata.uid || volume->second->status.phase != "Bound")
            found.push_back(fmt::format("{} is bound, but {} is not", keyOf(claim), claim.spec.volumeName));
    }
    for (const PersistentVolume &volume : volumes) {
        const std::string &name = volume.metadata.name, &phase = volume.status.phase;
        const auto &reference = volume.spec.claimRef;
        const auto claim = reference ? byUid.find(reference->uid) : byUid.end();
        const bool used = claim != byUid.end() && claim->second->spec.volumeName == name;
        const bool keeps = volume.spec.persistentVolumeReclaimPolicy == "Retain";
        if (!reference ? phase != "Available" : used ? phase != "Bound" : !keeps || phase != "Released")
            found.push_back(fmt::format("volume {} is {}, its claim is {}", name, phase,
                                        !reference ? "none"
                                        : used     ? "there"
                                                   : "gone"));
    }
    checkDirectories(volumes, found);
}

/// Machine by machine: a directory for each of its volumes, and no other.
void StorageChecks::checkDirectories(const std::vector<PersistentVolume> &volumes,
                                     std::vector<std::string> &found) const {
    std::set<std::filesystem::path> wanted;
    for (const PersistentVolume &volume : volumes)
        if (local::isLocalPath(volume) && m_nodes.contains(std::string(local::nodeOf(volume))))
            wanted.insert(std::filesystem::path(local::pathOf(volume)));
    for (const std::filesystem::path &path : wanted)
        if (!std::filesystem::is_directory(path))
            found.push_back(fmt::format("{} is not there", path.filename().string()));
    for (const auto &[name, node] : m_nodes) {
        std::error_code none;
        for (const auto &entry : std::filesystem::directory_iterator(node->volumesFolder(), none))
            if (!wanted.contains(entry.path()))
                found.push_back(fmt::format("{}: {} is left over", name, entry.path().filename().string()));
    }
}

} // namespace coracle::sim
