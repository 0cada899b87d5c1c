#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/allocator.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_constraints.h"

#include <unordered_map>

/// What the parts of the allocator share: the requests of all claims, laid out for the search, and what was picked.
namespace coracle::scheduler {

/// A device that the node can use.
struct DeviceCandidate {
    const DevicePool *pool = nullptr;
    const DeviceSlice *slice = nullptr;
    const resourcev1::Device *device = nullptr;
    DeviceId id;

    bool shareable() const { return device->allowMultipleAllocations.value_or(false); }
};

/// A request without alternatives, or one of its alternatives.
struct DeviceAsk {
    std::string request, alternative; ///< alternative: empty without
    const resourcev1::DeviceClass *deviceClass = nullptr;
    const std::vector<resourcev1::DeviceSelector> *selectors = nullptr;
    const std::vector<resourcev1::DeviceToleration> *tolerations = nullptr;
    const resourcev1::CapacityRequirements *capacity = nullptr;
    bool all = false;
    bool adminAccess = false;
    size_t count = 0;
    std::vector<const DeviceCandidate *> everyDevice; ///< that is meant by "all"
    std::unordered_map<const DeviceCandidate *, bool> selectable;

    std::string name() const { return alternative.empty() ? request : request + "/" + alternative; }
};

struct DeviceSlot {
    std::vector<DeviceAsk> asks; ///< in order of preference
    size_t chosen = 0;
};

struct PickedDevice {
    const DeviceCandidate *candidate = nullptr;
    const DeviceAsk *ask = nullptr;
    DeviceAmounts amounts; ///< of a shared device
};

struct ClaimPlan {
    const resourcev1::ResourceClaim *claim = nullptr;
    std::vector<DeviceSlot> slots; ///< one for each request
    std::vector<DeviceConstraint> constraints;
    std::vector<PickedDevice> picked;
};

/// The candidates of a node, pool by pool, and the pools that can't be used now.
struct NodeDevices {
    std::vector<DeviceCandidate> candidates;
    std::vector<const DevicePool *> unusable;
};
NodeDevices devicesOf(const DevicePools &pools, const api::Object &node);

/// A claim's requests; an error when one is wrong or its class is missing.
Result<ClaimPlan> planOf(const resourcev1::ResourceClaim &claim, const DeviceAllocationInput &input);

/// The allocation that the picked devices make.
resourcev1::AllocationResult resultOf(const ClaimPlan &plan, const api::Object &node, Random &random);

} // namespace coracle::scheduler
