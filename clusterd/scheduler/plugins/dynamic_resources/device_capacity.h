#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/device_pools.h"

#include <map>
#include <optional>
#include <string>

/// What requests take of devices that several may share (KEP-5075, consumable capacity).
namespace coracle::scheduler {

/// Amounts by the name of a capacity, in full: with its domain.
using DeviceAmounts = std::map<std::string, api::Quantity, std::less<>>;

void addAmounts(DeviceAmounts &amounts, const DeviceAmounts &more);
void subtractAmounts(DeviceAmounts &amounts, const DeviceAmounts &less);

/// How much of each capacity a request takes: what it asks for, raised to what the capacity's policy allows; of a
/// capacity that it doesn't name the policy's default, or all of it. Nothing when the device has no such capacity or
/// the policy does not allow so much. The request may be null.
std::optional<DeviceAmounts> requestedAmounts(const resourcev1::CapacityRequirements *request,
                                              const resourcev1::Device &device, std::string_view driver);

/// Whether the device has room for `wanted` besides what is taken.
bool hasRoom(const resourcev1::Device &device, std::string_view driver, const DeviceAmounts &taken,
             const DeviceAmounts &wanted);

/// An attribute or capacity by its full name: entries without a domain are in the driver's. Null when there is none.
template<class Map>
const typename Map::mapped_type *findQualified(const Map &entries, std::string_view name, std::string_view driver) {
    if (const auto exact = entries.find(name); exact != entries.end())
        return &exact->second;
    const size_t slash = name.find('/');
    if (slash == name.npos || name.substr(0, slash) != driver)
        return nullptr;
    const auto local = entries.find(name.substr(slash + 1));
    return local == entries.end() ? nullptr : &local->second;
}

/// "driver/name" for a name without a domain.
std::string qualified(std::string_view name, std::string_view driver);

} // namespace coracle::scheduler
