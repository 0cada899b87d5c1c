#include "clusterd/scheduler/plugins/dynamic_resources/device_capacity.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

using api::Quantity;

/// The least multiple of the step above the minimum that is at least the request; exact in thousandths.
Quantity raisedToStep(const Quantity &request, const Quantity &min, const Quantity &step) {
    const Quantity above = request - min;
    const bool whole = Quantity(step.value()) == step && Quantity(above.value()) == above;
    const int64_t unit = whole ? step.value() : step.milliValue();
    const int64_t distance = whole ? above.value() : above.milliValue();
    if (unit <= 0 || distance % unit == 0)
        return request;
    return min + step * (distance / unit + 1);
}

/// What a policy makes of an amount; nothing when it allows none that is large enough.
std::optional<Quantity> adjusted(const Quantity &request, const resourcev1::CapacityRequestPolicy &policy) {
    if (policy.validRange && policy.validRange->min) {
        const resourcev1::CapacityRequestPolicyRange &range = *policy.validRange;
        Quantity amount = std::max(request, *range.min);
        if (range.step)
            amount = raisedToStep(amount, *range.min, *range.step);
        if (range.max && amount > *range.max)
            return std::nullopt;
        return amount;
    }
    if (policy.validValues.empty())
        return request;
    std::optional<Quantity> least;
    for (const Quantity &value : policy.validValues)
        if (value >= request && (!least || value < *least))
            least = value;
    return least;
}

} // namespace

void addAmounts(DeviceAmounts &amounts, const DeviceAmounts &more) {
    for (const auto &[name, amount] : more)
        amounts[name] += amount;
}

void subtractAmounts(DeviceAmounts &amounts, const DeviceAmounts &less) {
    for (const auto &[name, amount] : less)
        amounts[name] -= amount;
}

std::string qualified(std::string_view name, std::string_view driver) {
    std::string full;
    if (name.find('/') == name.npos)
        (full += driver) += '/';
    return full += name;
}

std::optional<DeviceAmounts> requestedAmounts(const resourcev1::CapacityRequirements *request,
                                              const resourcev1::Device &device, std::string_view driver) {
    DeviceAmounts asked, amounts;
    if (request)
        for (const auto &[name, amount] : request->requests) {
            const std::string full = qualified(name, driver);
            if (amount.sign() < 0 || !findQualified(device.capacity, full, driver))
                return std::nullopt;
            asked[full] = amount;
        }
    for (const auto &[name, capacity] : device.capacity) {
        const std::string full = qualified(name, driver);
        const auto wanted = asked.find(full);
        const resourcev1::CapacityRequestPolicy *policy = capacity.requestPolicy.get();
        if (wanted == asked.end()) {
            amounts[full] = policy && policy->default_ ? *policy->default_ : capacity.value;
            continue;
        }
        const auto amount = policy ? adjusted(wanted->second, *policy) : wanted->second;
        if (!amount)
            return std::nullopt;
        amounts[full] = *amount;
    }
    return amounts;
}

bool hasRoom(const resourcev1::Device &device, std::string_view driver, const DeviceAmounts &taken,
             const DeviceAmounts &wanted) {
    return std::ranges::all_of(wanted, [&](const auto &entry) {
        const resourcev1::DeviceCapacity *capacity = findQualified(device.capacity, entry.first, driver);
        const auto used = taken.find(entry.first);
        const Quantity sum = used == taken.end() ? entry.second : entry.second + used->second;
        return capacity && sum <= capacity->value;
    });
}

} // namespace coracle::scheduler
