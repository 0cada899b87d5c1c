#include "clusterd/scheduler/plugins/dynamic_resources/allocation_plan.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

template<class Request>
Result<DeviceAsk> toAsk(const Request &request, const DeviceAllocationInput &input) {
    DeviceAsk ask;
    ask.deviceClass = input.findClass(request.deviceClassName);
    if (!ask.deviceClass)
        return errors::other(fmt::format("could not retrieve device class {}", request.deviceClassName));
    ask.selectors = &request.selectors;
    ask.tolerations = &request.tolerations;
    ask.capacity = request.capacity.get();
    ask.all = request.allocationMode == resourcev1::kDeviceAllocationModeAll;
    if (!ask.all && !request.allocationMode.empty() &&
        request.allocationMode != resourcev1::kDeviceAllocationModeExactCount)
        return errors::other(fmt::format("unsupported count mode {}", request.allocationMode));
    // An absent count is one (the API server's default).
    ask.count = size_t(std::max<int64_t>(request.count, 1));
    return ask;
}

Result<DeviceSlot> toSlot(const resourcev1::DeviceRequest &request, const DeviceAllocationInput &input) {
    DeviceSlot slot;
    if (request.exactly) {
        TRY(DeviceAsk ask, toAsk(*request.exactly, input));
        ask.adminAccess = request.exactly->adminAccess.value_or(false);
        slot.asks.push_back(std::move(ask));
    }
    for (const resourcev1::DeviceSubRequest &alternative : request.firstAvailable) {
        TRY(DeviceAsk ask, toAsk(alternative, input));
        ask.alternative = alternative.name;
        slot.asks.push_back(std::move(ask));
    }
    if (slot.asks.empty())
        return errors::other("unsupported request type");
    for (DeviceAsk &ask : slot.asks)
        ask.request = request.name;
    return slot;
}

/// The configuration of the classes that were taken, then the claim's own, as far as it speaks of what was taken.
std::vector<resourcev1::DeviceAllocationConfiguration> configurationOf(const ClaimPlan &plan) {
    using Configuration = resourcev1::DeviceAllocationConfiguration;
    std::vector<Configuration> all;
    auto add = [&](std::string_view source, const resourcev1::DeviceConfiguration &config,
                   std::vector<std::string> requests) {
        Configuration entry;
        static_cast<resourcev1::DeviceConfiguration &>(entry) = config;
        entry.source = source;
        // Requests that are all of them need no names.
        if (requests.size() < plan.slots.size())
            entry.requests = std::move(requests);
        all.push_back(std::move(entry));
    };
    std::vector<const resourcev1::DeviceClass *> classes;
    for (const DeviceSlot &slot : plan.slots)
        if (const auto *taken = slot.asks[slot.chosen].deviceClass; std::ranges::find(classes, taken) == classes.end())
            classes.push_back(taken);
    for (const resourcev1::DeviceClass *deviceClass : classes) {
        std::vector<std::string> requests;
        for (const DeviceSlot &slot : plan.slots)
            if (slot.asks[slot.chosen].deviceClass == deviceClass)
                requests.push_back(slot.asks[slot.chosen].name());
        for (const resourcev1::DeviceClassConfiguration &config : deviceClass->spec.config)
            add(resourcev1::kAllocationConfigSourceClass, config, requests);
    }
    for (const resourcev1::DeviceClaimConfiguration &config : plan.claim->spec.devices.config) {
        const bool taken = config.requests.empty() || std::ranges::any_of(plan.slots, [&](const DeviceSlot &slot) {
                               const DeviceAsk &ask = slot.asks[slot.chosen];
                               return std::ranges::any_of(config.requests, [&](const std::string &name) {
                                   return name == ask.request || name == ask.name();
                               });
                           });
        if (taken)
            add(resourcev1::kAllocationConfigSourceClaim, config, config.requests);
    }
    return all;
}

/// Where the picked devices can be used: on this node only, on all that every selector means, or everywhere (null).
api::Ptr<corev1::NodeSelector> selectorOf(const ClaimPlan &plan, const api::Object &node) {
    corev1::NodeSelectorTerm merged;
    auto merge = [](std::vector<corev1::NodeSelectorRequirement> &all,
                    const std::vector<corev1::NodeSelectorRequirement> &more) {
        for (const corev1::NodeSelectorRequirement &requirement : more)
            if (std::ranges::find(all, requirement) == all.end())
                all.push_back(requirement);
    };
    bool restricted = false;
    for (const PickedDevice &picked : plan.picked) {
        const resourcev1::ResourceSliceSpec &slice = picked.candidate->slice->object.spec;
        const resourcev1::Device &device = *picked.candidate->device;
        const bool perDevice = slice.perDeviceNodeSelection.value_or(false);
        const auto &nodeName = perDevice ? device.nodeName : slice.nodeName;
        if (!nodeName.value_or("").empty() || device.bindsToNode.value_or(false)) {
            corev1::NodeSelector selector;
            selector.nodeSelectorTerms.emplace_back().matchFields.push_back(
                {.key = "metadata.name", .operator_ = "In", .values = {std::string(node.name())}});
            return selector;
        }
        const auto &selector = perDevice ? device.nodeSelector : slice.nodeSelector;
        if (!selector || selector->nodeSelectorTerms.empty())
            continue;
        restricted = true;
        // Validation allows one term.
        merge(merged.matchExpressions, selector->nodeSelectorTerms.front().matchExpressions);
        merge(merged.matchFields, selector->nodeSelectorTerms.front().matchFields);
    }
    if (!restricted)
        return nullptr;
    corev1::NodeSelector selector;
    selector.nodeSelectorTerms.push_back(std::move(merged));
    return selector;
}

} // namespace

NodeDevices devicesOf(const DevicePools &pools, const api::Object &node) {
    NodeDevices devices;
    for (const DevicePool *pool : pools.forNode(node)) {
        if (pool->incomplete || pool->invalid) {
            devices.unusable.push_back(pool);
            continue;
        }
        for (const auto &slice : pool->slices) {
            const std::vector<resourcev1::Device> &all = slice->object.spec.devices;
            for (size_t i = 0; i < all.size(); ++i)
                if (slice->reaches(node, i))
                    devices.candidates.push_back({pool, slice.get(), &all[i], {pool->driver, pool->name, all[i].name}});
        }
    }
    // Those that the driver must prepare before the pod can be bound come last.
    std::ranges::stable_partition(devices.candidates, [](const DeviceCandidate &candidate) {
        return candidate.device->bindingConditions.empty();
    });
    return devices;
}

Result<ClaimPlan> planOf(const resourcev1::ResourceClaim &claim, const DeviceAllocationInput &input) {
    ClaimPlan plan;
    plan.claim = &claim;
    for (const resourcev1::DeviceRequest &request : claim.spec.devices.requests) {
        auto slot = toSlot(request, input);
        if (!slot)
            return errors::other(fmt::format("claim {}/{}, request {}: {}", claim.metadata.namespace_,
                                             claim.metadata.name, request.name, slot.error().message));
        plan.slots.push_back(std::move(*slot));
    }
    for (const resourcev1::DeviceConstraint &constraint : claim.spec.devices.constraints)
        plan.constraints.emplace_back(constraint);
    return plan;
}

resourcev1::AllocationResult resultOf(const ClaimPlan &plan, const api::Object &node, Random &random) {
    resourcev1::AllocationResult result;
    for (const PickedDevice &picked : plan.picked) {
        const DeviceCandidate &candidate = *picked.candidate;
        resourcev1::DeviceRequestAllocationResult entry;
        entry.request = picked.ask->name();
        entry.driver = candidate.id.driver;
        entry.pool = candidate.id.pool;
        entry.device = candidate.id.device;
        if (picked.ask->adminAccess)
            entry.adminAccess = true;
        entry.tolerations = *picked.ask->tolerations;
        entry.bindingConditions = candidate.device->bindingConditions;
        entry.bindingFailureConditions = candidate.device->bindingFailureConditions;
        if (candidate.shareable() && !picked.ask->adminAccess) {
            entry.shareID = random.uuid();
            entry.consumedCapacity.insert(picked.amounts.begin(), picked.amounts.end());
        }
        result.devices.results.push_back(std::move(entry));
    }
    result.devices.config = configurationOf(plan);
    result.nodeSelector = selectorOf(plan, node);
    return result;
}

} // namespace coracle::scheduler
