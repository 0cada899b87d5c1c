#pragma once

#include "core/api/types/core_v1.h"
#include "core/api/types/resource_v1.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Extended resources that a node has not as capacity but as devices (KEP-5004): the scheduler makes one claim for all
/// of a pod, which lives as long as the pod, and tells in pod.status.extendedResourceClaimStatus what each container
/// gets.
namespace coracle::scheduler {

/// The claim that the scheduler makes for a pod.
struct ExtendedClaim {
    resourcev1::ResourceClaim claim; ///< as it is decided about; its name and UID are not the later ones
    std::vector<corev1::ContainerExtendedResourceRequest> mappings;
};

/// A claim for these resources of the pod, with the class of each. Containers that run side by side have requests of
/// their own. An init container, which ends before those behind it start, uses what they will get, and only what it
/// needs beyond that is asked for: once, for the init container that needs most. Without requests when no container
/// asks.
ExtendedClaim extendedClaimFor(const corev1::Pod &pod,
                               const std::function<const resourcev1::DeviceClass *(std::string_view)> &classOf,
                               const std::set<std::string> &resources);

/// Whether the claim was made for the pod in this way.
bool isExtendedClaimOf(const resourcev1::ResourceClaim &claim, std::string_view podUid);

} // namespace coracle::scheduler
