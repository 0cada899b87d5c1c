#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/claim_ledger.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_classes.h"
#include "core/base/async_event.h"

namespace coracle::scheduler {

class Informers;

/// What DynamicResources reads, decoded once and kept current; one for all profiles, so that none gives away what
/// another has decided about.
class DeviceCatalog {
public:
    DeviceCatalog(Informers &informers, const Executor &executor);

    /// Devices on the node for claims that have none; see allocateDevices().
    Result<std::optional<DeviceAllocation>> allocate(const std::vector<const resourcev1::ResourceClaim *> &claims,
                                                     const api::Object &node, Random &random);

    ClaimLedger ledger;
    DeviceClasses classes;
    AsyncEvent claimChanged; ///< notified after the ledger was

private:
    DevicePools m_pools;
    DeviceSelectors m_selectors;
};

} // namespace coracle::scheduler
