#include "clusterd/scheduler/plugins/dynamic_resources/allocator.h"

#include "clusterd/scheduler/plugins/dynamic_resources/allocation_plan.h"
#include "core/api/tolerations.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

/// A search that takes more is given up: the scheduler decides about all pods one after the other.
constexpr size_t kStepsMax = 100'000;
constexpr size_t kResultsMax = size_t(resourcev1::kAllocationResultsMaxSize);

DeviceId idOf(const resourcev1::DeviceRequestAllocationResult &result) {
    return {result.driver, result.pool, result.device};
}

/// A taint with another effect than NoSchedule and NoExecute is for people only.
bool isTainted(const resourcev1::Device &device, const std::vector<resourcev1::DeviceToleration> &tolerations) {
    return std::ranges::any_of(device.taints, [&](const resourcev1::DeviceTaint &taint) {
        if (taint.effect != resourcev1::kDeviceTaintEffectNoSchedule &&
            taint.effect != resourcev1::kDeviceTaintEffectNoExecute)
            return false;
        return std::ranges::none_of(tolerations,
                                    [&](const auto &toleration) { return api::tolerates(toleration, taint); });
    });
}

/// The depth-first search. Each pick is undone when what comes after it fails.
class Search {
public:
    Search(const DeviceAllocationInput &input, std::vector<ClaimPlan> plans, const api::Object &node)
        : m_input(input), m_plans(std::move(plans)), m_devices(devicesOf(input.pools, node)) {}

    Result<> prepareAll();
    Result<bool> run() { return nextClaim(0); }
    const std::vector<ClaimPlan> &plans() const { return m_plans; }

private:
    Result<bool> nextClaim(size_t claim) { return nextSlot(claim, 0); }
    Result<bool> nextSlot(size_t claim, size_t slot);
    Result<bool> nextDevice(size_t claim, size_t slot, DeviceAsk &ask, size_t picked, size_t first);
    Result<bool> isSelectable(const ClaimPlan &plan, DeviceAsk &ask, const DeviceCandidate &candidate);
    bool pick(ClaimPlan &plan, const DeviceAsk &ask, const DeviceCandidate &candidate);
    void unpick(ClaimPlan &plan);
    bool isPicked(const ClaimPlan &plan, const DeviceId &device) const;
    bool isPicked(const DeviceId &device) const;
    bool hasCounters(const DeviceCandidate &candidate) const;
    DeviceAmounts pickedAmounts(const DeviceId &device) const;

    const DeviceAllocationInput &m_input;
    std::vector<ClaimPlan> m_plans;
    NodeDevices m_devices;
    size_t m_steps = 0;
};

/// Finds what "all" means, which the search then only has to take.
Result<> Search::prepareAll() {
    for (ClaimPlan &plan : m_plans)
        for (DeviceSlot &slot : plan.slots)
            for (DeviceAsk &ask : slot.asks) {
                if (!ask.all)
                    continue;
                for (const DevicePool *pool : m_devices.unusable)
                    return errors::other(
                        fmt::format("claim {}/{}, request {}: asks for all devices, but resource pool {}/{} is "
                                    "currently {}",
                                    plan.claim->metadata.namespace_, plan.claim->metadata.name, ask.name(),
                                    pool->driver, pool->name, pool->incomplete ? "being updated" : "invalid"));
                for (const DeviceCandidate &candidate : m_devices.candidates) {
                    TRY(const bool selectable, isSelectable(plan, ask, candidate));
                    if (selectable)
                        ask.everyDevice.push_back(&candidate);
                }
                ask.count = ask.everyDevice.size();
            }
    return {};
}

Result<bool> Search::nextSlot(size_t claim, size_t slot) {
    if (claim == m_plans.size())
        return true;
    ClaimPlan &plan = m_plans[claim];
    if (slot == plan.slots.size())
        return nextClaim(claim + 1);
    std::vector<DeviceAsk> &asks = plan.slots[slot].asks;
    for (size_t i = 0; i < asks.size(); ++i) {
        const bool none = asks[i].all && asks[i].count == 0;
        if (none || plan.picked.size() + asks[i].count > kResultsMax)
            continue;
        plan.slots[slot].chosen = i;
        TRY(const bool found, nextDevice(claim, slot, asks[i], 0, 0));
        if (found)
            return true;
    }
    return false;
}

/// Devices of one request are taken in order, so that each set of them is tried once.
Result<bool> Search::nextDevice(size_t claim, size_t slot, DeviceAsk &ask, size_t picked, size_t first) {
    if (++m_steps > kStepsMax)
        return errors::other("the search for devices takes too long: ask for fewer devices or with fewer constraints");
    if (picked == ask.count)
        return nextSlot(claim, slot + 1);
    ClaimPlan &plan = m_plans[claim];
    if (ask.all) {
        if (!pick(plan, ask, *ask.everyDevice[picked]))
            return false;
        TRY(const bool found, nextDevice(claim, slot, ask, picked + 1, 0));
        if (!found)
            unpick(plan);
        return found;
    }
    for (size_t i = first; i < m_devices.candidates.size(); ++i) {
        const DeviceCandidate &candidate = m_devices.candidates[i];
        TRY(const bool selectable, isSelectable(plan, ask, candidate));
        if (!selectable || !pick(plan, ask, candidate))
            continue;
        TRY(const bool found, nextDevice(claim, slot, ask, picked + 1, candidate.shareable() ? i : i + 1));
        if (found)
            return true;
        unpick(plan);
    }
    return false;
}

Result<bool> Search::isSelectable(const ClaimPlan &plan, DeviceAsk &ask, const DeviceCandidate &candidate) {
    if (const auto known = ask.selectable.find(&candidate); known != ask.selectable.end())
        return known->second;
    const cel::Value device = deviceValue(candidate.id.driver, *candidate.device);
    auto matches = m_input.selectors.match(ask.deviceClass->spec.selectors, device);
    if (!matches)
        return errors::other(fmt::format("class {}: {}", ask.deviceClass->metadata.name, matches.error().message));
    if (*matches)
        matches = m_input.selectors.match(*ask.selectors, device);
    if (!matches)
        return errors::other(fmt::format("claim {}/{}, request {}: {}", plan.claim->metadata.namespace_,
                                         plan.claim->metadata.name, ask.name(), matches.error().message));
    ask.selectable.emplace(&candidate, *matches);
    return *matches;
}

bool Search::isPicked(const ClaimPlan &plan, const DeviceId &device) const {
    return std::ranges::any_of(plan.picked, [&](const PickedDevice &picked) { return picked.candidate->id == device; });
}

bool Search::isPicked(const DeviceId &device) const {
    return std::ranges::any_of(m_plans, [&](const ClaimPlan &plan) {
        return std::ranges::any_of(plan.picked, [&](const PickedDevice &picked) {
            return !picked.ask->adminAccess && picked.candidate->id == device;
        });
    });
}

DeviceAmounts Search::pickedAmounts(const DeviceId &device) const {
    DeviceAmounts amounts;
    for (const ClaimPlan &plan : m_plans)
        for (const PickedDevice &picked : plan.picked)
            if (picked.candidate->id == device)
                addAmounts(amounts, picked.amounts);
    return amounts;
}

/// Devices that are parts of one thing share its counters (KEP-4815): together they must not take more than it has.
bool Search::hasCounters(const DeviceCandidate &candidate) const {
    const DevicePool &pool = *candidate.pool;
    std::map<std::pair<std::string_view, std::string_view>, api::Quantity> left;
    for (const auto &slice : pool.slices)
        for (const resourcev1::CounterSet &set : slice->object.spec.sharedCounters)
            for (const auto &[name, counter] : set.counters)
                left[{set.name, name}] = counter.value;
    auto take = [&](const resourcev1::Device &device) {
        bool enough = true;
        for (const resourcev1::DeviceCounterConsumption &consumption : device.consumesCounters)
            for (const auto &[name, counter] : consumption.counters) {
                const auto amount = left.find({consumption.counterSet, name});
                if (amount == left.end())
                    return false;
                amount->second -= counter.value;
                enough &= amount->second.sign() >= 0;
            }
        return enough;
    };
    for (const auto &slice : pool.slices)
        for (const resourcev1::Device &device : slice->object.spec.devices) {
            const DeviceId id{pool.driver, pool.name, device.name};
            // A shared device takes its counters once.
            if (device.consumesCounters.empty() || (!m_input.allocated.isUsed(id) && !isPicked(id)))
                continue;
            if (id == candidate.id)
                return true;
            take(device);
        }
    return take(*candidate.device);
}

bool Search::pick(ClaimPlan &plan, const DeviceAsk &ask, const DeviceCandidate &candidate) {
    const resourcev1::Device &device = *candidate.device;
    PickedDevice picked{&candidate, &ask, {}};
    if (isTainted(device, *ask.tolerations))
        return false;
    if (ask.adminAccess) {
        if (isPicked(plan, candidate.id))
            return false;
    } else {
        if (m_input.allocated.contains(candidate.id) || (!candidate.shareable() && isPicked(candidate.id)))
            return false;
        const auto wanted = requestedAmounts(ask.capacity, device, candidate.id.driver);
        if (!wanted)
            return false;
        DeviceAmounts taken;
        if (candidate.shareable()) {
            taken = m_input.allocated.amounts(candidate.id);
            addAmounts(taken, pickedAmounts(candidate.id));
            picked.amounts = *wanted;
        }
        if (!hasRoom(device, candidate.id.driver, taken, *wanted))
            return false;
        if (!device.consumesCounters.empty() && !hasCounters(candidate))
            return false;
    }
    for (size_t i = 0; i < plan.constraints.size(); ++i)
        if (!plan.constraints[i].add(ask.request, ask.alternative, device, candidate.id.driver)) {
            while (i-- > 0)
                plan.constraints[i].remove(ask.request, ask.alternative);
            return false;
        }
    plan.picked.push_back(std::move(picked));
    return true;
}

void Search::unpick(ClaimPlan &plan) {
    const DeviceAsk &ask = *plan.picked.back().ask;
    for (DeviceConstraint &constraint : plan.constraints)
        constraint.remove(ask.request, ask.alternative);
    plan.picked.pop_back();
}

} // namespace

void AllocatedDevices::add(const resourcev1::AllocationResult &allocation) {
    for (const auto &result : allocation.devices.results) {
        if (result.adminAccess.value_or(false))
            continue;
        if (!result.shareID) {
            ++m_devices[idOf(result)];
            continue;
        }
        Share &share = m_shared[idOf(result)];
        for (const auto &[name, amount] : result.consumedCapacity)
            share.amounts[qualified(name, result.driver)] += amount;
        ++share.shares;
    }
}

void AllocatedDevices::remove(const resourcev1::AllocationResult &allocation) {
    for (const auto &result : allocation.devices.results) {
        if (result.adminAccess.value_or(false))
            continue;
        if (!result.shareID) {
            if (const auto device = m_devices.find(idOf(result)); --device->second == 0)
                m_devices.erase(device);
            continue;
        }
        const auto share = m_shared.find(idOf(result));
        for (const auto &[name, amount] : result.consumedCapacity)
            share->second.amounts[qualified(name, result.driver)] -= amount;
        if (--share->second.shares == 0)
            m_shared.erase(share);
    }
}

const DeviceAmounts &AllocatedDevices::amounts(const DeviceId &device) const {
    static const DeviceAmounts kNone;
    const auto share = m_shared.find(device);
    return share == m_shared.end() ? kNone : share->second.amounts;
}

Result<std::optional<DeviceAllocation>> allocateDevices(const DeviceAllocationInput &input,
                                                        const std::vector<const resourcev1::ResourceClaim *> &claims,
                                                        const api::Object &node) {
    std::vector<ClaimPlan> plans;
    for (const resourcev1::ResourceClaim *claim : claims) {
        TRY(ClaimPlan plan, planOf(*claim, input));
        plans.push_back(std::move(plan));
    }
    Search search(input, std::move(plans), node);
    CHECK(search.prepareAll());
    TRY(const bool found, search.run());
    if (!found)
        return std::nullopt;
    DeviceAllocation allocation;
    for (const ClaimPlan &plan : search.plans()) {
        allocation.results.push_back(resultOf(plan, node, input.random));
        for (const DeviceSlot &slot : plan.slots)
            if (slot.asks.size() > 1)
                allocation.preference += resourcev1::kFirstAvailableDeviceRequestMaxSize - int64_t(slot.chosen);
    }
    return allocation;
}

} // namespace coracle::scheduler
