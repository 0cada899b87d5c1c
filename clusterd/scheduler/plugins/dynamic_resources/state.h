#pragma once

#include "clusterd/scheduler/plugin.h"
#include "clusterd/scheduler/plugins/dynamic_resources/claim_ledger.h"
#include "core/api/node_selector.h"

#include <set>

namespace coracle::scheduler {

/// What DynamicResources knows about a pod's claims during one attempt.
struct DynamicResourcesState final : PluginState {
    std::vector<ClaimLedger::Claim> claims;
    std::vector<std::vector<api::NodeTerm>> usable;      ///< of each allocated claim with a node selector: where
    std::vector<const resourcev1::ResourceClaim *> open; ///< those without devices
    std::unordered_map<std::string, DeviceAllocation> allocations; ///< for the open ones, by node
    std::set<size_t> unavailable;                                  ///< allocated claims that kept a node from fitting
    std::set<std::string> decided; ///< uids of the claims that this attempt has chosen devices for
};

} // namespace coracle::scheduler
