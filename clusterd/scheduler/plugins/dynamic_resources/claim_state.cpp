#include "clusterd/scheduler/plugins/dynamic_resources/claim_state.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace {

bool isTrue(const resourcev1::ResourceClaim &claim, const resourcev1::DeviceRequestAllocationResult &result,
            const std::string &type) {
    return std::ranges::any_of(claim.status.devices, [&](const resourcev1::AllocatedDeviceStatus &device) {
        return device.driver == result.driver && device.pool == result.pool && device.device == result.device &&
               device.shareID == result.shareID &&
               std::ranges::any_of(device.conditions, [&](const metav1::Condition &condition) {
                   return condition.type == type && condition.status == "True";
               });
    });
}

} // namespace

std::string keyOf(const resourcev1::ResourceClaim &claim) {
    return fmt::format("{}/{}", claim.metadata.namespace_, claim.metadata.name);
}

bool isOwnedBy(const resourcev1::ResourceClaim &claim, std::string_view podUid) {
    return std::ranges::any_of(claim.metadata.ownerReferences, [&](const metav1::OwnerReference &owner) {
        return owner.controller.value_or(false) && owner.uid == podUid;
    });
}

bool isReservedFor(const resourcev1::ResourceClaim &claim, std::string_view podUid) {
    return std::ranges::any_of(claim.status.reservedFor, [&](const auto &consumer) { return consumer.uid == podUid; });
}

bool canBeReserved(const resourcev1::ResourceClaim &claim) {
    return int64_t(claim.status.reservedFor.size()) < resourcev1::kResourceClaimReservedForMaxSize;
}

std::optional<std::string>
missingClass(const resourcev1::ResourceClaim &claim,
             const std::function<const resourcev1::DeviceClass *(const std::string &)> &find) {
    for (const resourcev1::DeviceRequest &request : claim.spec.devices.requests) {
        if (request.exactly && !find(request.exactly->deviceClassName))
            return fmt::format("request {}: device class {} does not exist", request.name,
                               request.exactly->deviceClassName);
        for (const resourcev1::DeviceSubRequest &alternative : request.firstAvailable)
            if (!find(alternative.deviceClassName))
                return fmt::format("request {}/{}: device class {} does not exist", request.name, alternative.name,
                                   alternative.deviceClassName);
    }
    return std::nullopt;
}

BindingState conditionsOf(const resourcev1::ResourceClaim &claim) {
    BindingState state;
    if (!claim.status.allocation)
        return state;
    for (const auto &result : claim.status.allocation->devices.results) {
        for (const std::string &type : result.bindingConditions)
            state.ready &= isTrue(claim, result, type);
        for (const std::string &type : result.bindingFailureConditions)
            state.failed |= isTrue(claim, result, type);
    }
    return state;
}

} // namespace coracle::scheduler
