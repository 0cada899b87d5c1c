#pragma once

#include "clusterd/scheduler/plugin.h"
#include "clusterd/scheduler/plugins/volume_catalog.h"
#include "clusterd/volume/node_affinity.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::scheduler {

using VolumePointer = AssumeCache<corev1::PersistentVolume>::Pointer;
using ClaimPointer = AssumeCache<corev1::PersistentVolumeClaim>::Pointer;

/// What a node means for the claims that wait: each is bound to a volume that exists, or has one made.
struct NodeVolumes {
    struct Match {
        ClaimPointer claim;
        VolumePointer volume;
    };
    std::vector<Match> matches;
    std::vector<ClaimPointer> provisions;

    bool empty() const { return matches.empty() && provisions.empty(); }
};

/// A volume that claims may be bound to, with its nodes prepared.
struct VolumeCandidate {
    VolumePointer volume;
    volume::NodeAffinity nodes;
};

/// The volumes of a class that claims may be bound to, laid out once for all nodes.
class VolumeCandidates {
public:
    void add(VolumePointer volume);
    /// Those that the node may reach: local volumes of other nodes are left out, unless they are meant for a claim.
    std::vector<const corev1::PersistentVolume *> near(const api::Object &node) const;
    /// One of those.
    const VolumeCandidate &of(const corev1::PersistentVolume &volume) const { return m_candidates.at(&volume); }

private:
    using Volumes = std::vector<const corev1::PersistentVolume *>;
    std::unordered_map<std::string, Volumes> m_local; ///< by the only host name that reaches them
    Volumes m_others;
    std::unordered_map<const corev1::PersistentVolume *, VolumeCandidate> m_candidates;
};

/// A claim that waits for its first consumer.
struct WaitingClaim {
    ClaimPointer claim;
    const VolumeCandidates *candidates = nullptr; ///< of its class
};

/// What VolumeBinding knows about a pod during one attempt.
struct VolumeBindingState final : PluginState {
    std::vector<ClaimPointer> claims; ///< all of the pod's
    std::vector<VolumeCandidate> bound;
    bool volumeMissing = false;        ///< a claim is bound to a volume that does not exist
    std::vector<WaitingClaim> waiting; ///< the smallest first
    std::map<std::string, VolumeCandidates, std::less<>> candidates; ///< by class
    std::unordered_map<std::string, NodeVolumes> nodes;
    NodeVolumes chosen; ///< from Reserve on
};

/// Finds volumes for the waiting claims on a node, or what keeps them from there ("node(s) did not have enough free
/// storage"). No claim gets a volume that another one of the pod has.
Result<NodeVolumes> findNodeVolumes(const VolumeBindingState &state, const VolumeCatalog &catalog,
                                    const api::Object &node);

/// A volume as it is when it has been given to the claim.
corev1::PersistentVolume withClaim(const corev1::PersistentVolume &volume, const corev1::PersistentVolumeClaim &claim);
/// A claim as it is when a volume is wanted for it on the node.
corev1::PersistentVolumeClaim withSelectedNode(const corev1::PersistentVolumeClaim &claim, const std::string &node);

/// "namespace/name"
std::string keyOf(const corev1::PersistentVolumeClaim &claim);
/// The value of the annotation; empty when there is none.
std::string_view selectedNode(const corev1::PersistentVolumeClaim &claim);

} // namespace coracle::scheduler
