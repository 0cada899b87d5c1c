#pragma once

#include "clusterd/scheduler/plugin.h"
#include "clusterd/scheduler/plugins/dynamic_resources/claim_ledger.h"
#include "clusterd/scheduler/plugins/dynamic_resources/extended_resources.h"
#include "core/api/node_selector.h"

#include <map>
#include <set>

namespace coracle::scheduler {

/// The extended resources of a pod that are to be had through devices.
struct ExtendedResourcesState {
    corev1::Pod pod;
    std::set<std::string> resources;                         ///< that a class of devices serves
    std::map<std::set<std::string>, ExtendedClaim> variants; ///< by those that a node has not as capacity
    std::unordered_map<std::string, const ExtendedClaim *> onNode;
    const ExtendedClaim *chosen = nullptr; ///< from Reserve on; null: the node has all of them
    ClaimLedger::Claim made;               ///< as it was made on the API server
    PodInfoPtr owner;                      ///< of it
    ClaimLedger::Claim left;               ///< by an attempt that came to nothing
};

/// What DynamicResources knows about a pod's claims during one attempt.
struct DynamicResourcesState final : PluginState {
    std::vector<ClaimLedger::Claim> claims;
    std::vector<std::vector<api::NodeTerm>> usable;      ///< of each allocated claim with a node selector: where
    std::vector<const resourcev1::ResourceClaim *> open; ///< those without devices
    std::unordered_map<std::string, DeviceAllocation> allocations; ///< for the open ones, by node
    std::set<size_t> unavailable;                                  ///< allocated claims that kept a node from fitting
    std::set<std::string> decided;                    ///< uids of the claims that this attempt has chosen devices for
    std::unique_ptr<ExtendedResourcesState> extended; ///< null: the pod asks for none

    bool hasWork() const { return !claims.empty() || (extended && extended->chosen); }
};

} // namespace coracle::scheduler
