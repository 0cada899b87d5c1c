#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"

#include <map>
#include <string>
#include <vector>

namespace coracle::controllers {

/// Endpoints with the same ports and address type: what one or more EndpointSlices hold.
struct SliceGroup {
    std::string addressType; ///< "IPv4", "IPv6", "FQDN"
    std::vector<discoveryv1::EndpointPort> ports;
    std::vector<discoveryv1::Endpoint> endpoints;
};

/// Whose slices are written, and by whom.
struct SliceOwner {
    std::string namespaceName, name;
    std::string managedBy; ///< label endpointslice.kubernetes.io/managed-by
    metav1::OwnerReference reference;
    std::map<std::string, std::string, std::less<>> labels;
};

inline constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
inline constexpr std::string_view kManagedByLabel = "endpointslice.kubernetes.io/managed-by";
inline constexpr size_t kEndpointsPerSliceMax = 100;

/// Adds the index by service and manager that ownedSlices() asks, once per informer; before the informer starts.
void addSliceIndex(client::Informer &slices);
/// The slices of an owner that carry its managedBy label and are not being deleted.
std::vector<discoveryv1::EndpointSlice> ownedSlices(const client::Informer &slices, const SliceOwner &owner);

/// A change of a slice puts the key of its service into the queue, if the slice is or was this manager's.
void enqueueServiceOf(const ObjectPtr &before, const ObjectPtr &after, std::string_view managedBy,
                      client::WorkQueue &queue);

/// Brings the owner's slices to hold the groups with few writes: endpoints stay in their slice, new ones fill the room,
/// slices are made when there is none left and removed when they are empty.
Task<Result<>> reconcileSlices(client::Client &client, const SliceOwner &owner, std::vector<SliceGroup> groups,
                               std::vector<discoveryv1::EndpointSlice> existing);

} // namespace coracle::controllers
