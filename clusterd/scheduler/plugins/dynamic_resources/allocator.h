#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/device_capacity.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_pools.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_selector.h"
#include "core/base/random.h"

#include <functional>
#include <optional>
#include <set>
#include <vector>

/// Chooses devices for claims (k8s.io/dynamic-resource-allocation structured): the first combination, in the order of
/// pools, slices and devices, in which every request of every claim gets what it asks for.
namespace coracle::scheduler {

/// What the allocations of all claims take. Devices of admin access are taken by nobody.
class AllocatedDevices {
public:
    void add(const resourcev1::AllocationResult &allocation);
    void remove(const resourcev1::AllocationResult &allocation);

    bool contains(const DeviceId &device) const { return m_devices.contains(device); }
    /// What is taken of a device that is shared.
    const DeviceAmounts &amounts(const DeviceId &device) const;
    /// Whether somebody has it or a share of it.
    bool isUsed(const DeviceId &device) const { return m_devices.contains(device) || m_shared.contains(device); }

private:
    struct Share {
        DeviceAmounts amounts;
        size_t shares = 0;
    };
    std::map<DeviceId, size_t> m_devices;
    std::map<DeviceId, Share> m_shared;
};

struct DeviceAllocation {
    std::vector<resourcev1::AllocationResult> results; ///< one for each claim
    /// For the choice among nodes: high when the first ones of alternatives were taken.
    int64_t preference = 0;
};

/// Everything that allocating looks at. Nothing of it is kept.
struct DeviceAllocationInput {
    const DevicePools &pools;
    const AllocatedDevices &allocated;
    /// A class by name, or null.
    std::function<const resourcev1::DeviceClass *(const std::string &)> findClass;
    DeviceSelectors &selectors;
    Random &random; ///< for share IDs
};

/// Devices on the node for the claims, which have no allocation yet; nothing when they aren't there. An error says what
/// is wrong with a claim, a class or a pool. Bounded: a search that takes too many steps is an error.
Result<std::optional<DeviceAllocation>> allocateDevices(const DeviceAllocationInput &input,
                                                        const std::vector<const resourcev1::ResourceClaim *> &claims,
                                                        const api::Object &node);

} // namespace coracle::scheduler
