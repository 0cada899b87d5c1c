#pragma once

#include "clusterd/controllers/expectations.h"
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

/// Whose slices are written.
struct SliceOwner {
    std::string namespaceName, name;
    metav1::OwnerReference reference;
    std::map<std::string, std::string, std::less<>> labels;
};

inline constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
inline constexpr std::string_view kManagedByLabel = "endpointslice.kubernetes.io/managed-by";
inline constexpr size_t kEndpointsPerSliceMax = 100;

/// Writes the EndpointSlices of one manager. Belongs to its controller's executor.
class SliceReconciler {
public:
    /// Before the informer starts. A change of a slice that carries the managedBy label, or did, puts the key of its
    /// service into the queue.
    SliceReconciler(const ControllerContext &context, client::Informer &slices, client::WorkQueue &queue,
                    std::string_view managedBy);

    /// False while the informer does not show slices that were made for this service: from such a view they would be
    /// made twice. The key comes back into the queue by itself.
    bool current(const std::string &key);
    /// The service is gone: what was made for it is of no concern to one that takes its name.
    void forget(const std::string &key) { m_expectations.forget(key); }

    /// The manager's slices of a service that are not being deleted.
    std::vector<discoveryv1::EndpointSlice> owned(std::string_view key) const;
    /// Brings the owner's slices to hold the groups with few writes: endpoints stay in their slice, new ones fill the
    /// room, slices are made when there is none left and removed when they are empty.
    Task<Result<>> reconcile(const SliceOwner &owner, std::vector<SliceGroup> groups,
                             std::vector<discoveryv1::EndpointSlice> existing);

private:
    void observe(const ObjectPtr &before, const ObjectPtr &after);
    discoveryv1::EndpointSlice emptySlice(const SliceOwner &owner, const SliceGroup &group) const;
    Task<Result<>> create(const SliceOwner &owner, discoveryv1::EndpointSlice slice);
    Task<Result<>> reconcileGroup(const SliceOwner &owner, SliceGroup group,
                                  std::vector<discoveryv1::EndpointSlice> existing);

    client::Client &m_client;
    client::Informer &m_slices;
    client::WorkQueue &m_queue;
    std::string_view m_managedBy; ///< label endpointslice.kubernetes.io/managed-by
    Expectations m_expectations;  ///< slices that were made and are not in the informer yet
};

} // namespace coracle::controllers
