#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/claim_ledger.h"
#include "core/base/async_event.h"

namespace coracle::scheduler {

class Informers;

/// What DynamicResources reads, decoded once and kept current; one for all profiles, so that none gives away what
/// another has decided about.
class DeviceCatalog {
public:
    DeviceCatalog(Informers &informers, const Executor &executor);

    const resourcev1::DeviceClass *findClass(const std::string &name) const {
        const auto found = m_classes.find(name);
        return found == m_classes.end() ? nullptr : &found->second;
    }
    /// Devices on the node for claims that have none; see allocateDevices().
    Result<std::optional<DeviceAllocation>> allocate(const std::vector<const resourcev1::ResourceClaim *> &claims,
                                                     const api::Object &node, Random &random);

    ClaimLedger ledger;
    AsyncEvent claimChanged; ///< notified after the ledger was

private:
    DevicePools m_pools;
    std::unordered_map<std::string, resourcev1::DeviceClass> m_classes;
    DeviceSelectors m_selectors;
};

} // namespace coracle::scheduler
