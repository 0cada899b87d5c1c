#pragma once

#include "core/api/types/resource_v1.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What ResourceClaims say about themselves (k8s.io/dynamic-resource-allocation resourceclaim).
namespace coracle::scheduler {

/// "namespace/name"
std::string keyOf(const resourcev1::ResourceClaim &claim);
/// Its controlling owner has this UID: it was made for the pod.
bool isOwnedBy(const resourcev1::ResourceClaim &claim, std::string_view podUid);
bool isReservedFor(const resourcev1::ResourceClaim &claim, std::string_view podUid);
/// One more user has a place in status.reservedFor.
bool canBeReserved(const resourcev1::ResourceClaim &claim);

/// "request r: device class c does not exist" when the claim can't be served because of it. A request with alternatives
/// needs all of its classes, too.
std::optional<std::string>
missingClass(const resourcev1::ResourceClaim &claim,
             const std::function<const resourcev1::DeviceClass *(const std::string &)> &find);

/// How far the drivers are with preparing devices that have binding conditions (KEP-5007).
struct BindingState {
    bool ready = true;   ///< all conditions are true
    bool failed = false; ///< one of the failure conditions is
};
BindingState conditionsOf(const resourcev1::ResourceClaim &claim);

} // namespace coracle::scheduler
