#pragma once

#include <memory>
#include <string>
#include <vector>

namespace coracle::corev1 {
struct Pod;
} // namespace coracle::corev1

namespace coracle::scheduler {

/// A PersistentVolumeClaim that a pod uses, of its namespace.
struct PodClaim {
    std::string name;
    bool ephemeral = false; ///< made for the pod (a generic ephemeral volume)
};

/// A network disk that the pod names itself, without a claim.
struct PodDisk {
    enum class Kind { GcePersistentDisk, AwsElasticBlockStore, Iscsi, Rbd };
    Kind kind = Kind::GcePersistentDisk;
    std::string id;                    ///< equal ones are the same disk
    std::vector<std::string> monitors; ///< of Rbd: the same disk only when they share one
    bool readOnly = false;

    /// One node can't give the disk to both.
    bool conflicts(const PodDisk &other) const;
};

/// A device claim of the pod (spec.resourceClaims), as far as it exists.
struct PodResourceClaim {
    std::string name;      ///< in the pod
    std::string claimName; ///< of the ResourceClaim; empty: it hasn't been made yet
    bool generated = false;
    bool unneeded = false; ///< the status says that the pod needs no claim for it
};

/// What scheduling asks about a pod's volumes and devices.
struct PodVolumes {
    std::vector<PodClaim> claims;
    std::vector<PodDisk> disks;
    std::vector<PodResourceClaim> resourceClaims;

    /// Null when there is nothing to ask about, as with most pods.
    static std::unique_ptr<const PodVolumes> of(const corev1::Pod &pod);
    bool uses(const std::string &claim) const;
};

} // namespace coracle::scheduler
