#include "clusterd/scheduler/plugins/volume_binding_state.h"

#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/storage_class.h"
#include "core/api/metadata.h"
#include "core/api/object_reference.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

constexpr const char *kNothingToBind = "node(s) didn't find available persistent volumes to bind";
constexpr std::string_view kHostName = "kubernetes.io/hostname";
constexpr const char *kNoRoom = "node(s) did not have enough free storage";

VolumePointer matchOf(const WaitingClaim &waiting, const api::Object &node, const NodeVolumes &found) {
    volume::MatchOptions options;
    options.reachable = [&](const corev1::PersistentVolume &volume) {
        return waiting.candidates->of(volume).nodes.matches(node);
    };
    options.taken = [&](const corev1::PersistentVolume &volume) {
        return std::ranges::any_of(found.matches,
                                   [&](const NodeVolumes::Match &match) { return match.volume.get() == &volume; });
    };
    const corev1::PersistentVolume *match = volume::findMatch(*waiting.claim, waiting.candidates->near(node), options);
    return match ? waiting.candidates->of(*match).volume : nullptr;
}

/// Why no volume can be made for the claim on the node; null: one can.
const char *obstacle(const corev1::PersistentVolumeClaim &claim, const VolumeCatalog &catalog,
                     const api::Object &node) {
    const storagev1::StorageClass *storageClass = catalog.storageClass(volume::classOf(claim));
    if (!storageClass || storageClass->provisioner.empty() || volume::isStatic(*storageClass) ||
        !volume::allowsNode(*storageClass, node))
        return kNothingToBind;
    return catalog.hasRoom(*storageClass, volume::requestedStorage(claim), node) ? nullptr : kNoRoom;
}

} // namespace

void VolumeCandidates::add(VolumePointer volume) {
    const corev1::PersistentVolume *key = volume.get();
    volume::NodeAffinity nodes(*volume);
    if (!m_candidates.emplace(key, VolumeCandidate{std::move(volume), std::move(nodes)}).second)
        return;
    const std::string host(volume::NodeAffinity::singleValue(*key, kHostName));
    (host.empty() || key->spec.claimRef ? m_others : m_local[host]).push_back(key);
}

std::vector<const corev1::PersistentVolume *> VolumeCandidates::near(const api::Object &node) const {
    Volumes found = m_others;
    if (const auto host = node.label(kHostName))
        if (const auto local = m_local.find(std::string(*host)); local != m_local.end())
            found.insert(found.end(), local->second.begin(), local->second.end());
    return found;
}

Result<NodeVolumes> findNodeVolumes(const VolumeBindingState &state, const VolumeCatalog &catalog,
                                    const api::Object &node) {
    NodeVolumes found;
    for (const WaitingClaim &waiting : state.waiting) {
        const std::string_view selected = selectedNode(*waiting.claim);
        // Its volume is being made for that node already.
        if (!selected.empty() && selected != node.name())
            return errors::other(kNothingToBind);
        if (selected.empty())
            if (VolumePointer match = matchOf(waiting, node, found)) {
                found.matches.push_back({waiting.claim, std::move(match)});
                continue;
            }
        if (const char *reason = obstacle(*waiting.claim, catalog, node))
            return errors::other(reason);
        found.provisions.push_back(waiting.claim);
    }
    return found;
}

corev1::PersistentVolume withClaim(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim) {
    corev1::PersistentVolume changed = volume;
    if (!volume::isMeantFor(volume, claim))
        changed.metadata.annotations[std::string(volume::annotations::kBoundByController)] = "yes";
    changed.spec.claimRef = api::referenceTo(claim);
    return changed;
}

corev1::PersistentVolumeClaim withSelectedNode(const corev1::PersistentVolumeClaim &claim, const std::string &node) {
    corev1::PersistentVolumeClaim changed = claim;
    changed.metadata.annotations[std::string(volume::annotations::kSelectedNode)] = node;
    return changed;
}

std::string keyOf(const corev1::PersistentVolumeClaim &claim) {
    return fmt::format("{}/{}", claim.metadata.namespace_, claim.metadata.name);
}

std::string_view selectedNode(const corev1::PersistentVolumeClaim &claim) {
    return api::annotation(claim.metadata, volume::annotations::kSelectedNode).value_or("");
}

} // namespace coracle::scheduler
