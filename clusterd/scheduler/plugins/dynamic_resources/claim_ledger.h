#pragma once

#include "clusterd/scheduler/plugins/dynamic_resources/allocator.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coracle::scheduler {

/// The cluster's ResourceClaims with the devices that they have: as the API server told, and as this scheduler decided
/// but has not written yet, so that the next pod doesn't get the same devices. One executor.
class ClaimLedger {
public:
    using Claim = std::shared_ptr<const resourcev1::ResourceClaim>;

    /// A version of a claim; older ones than the one that is known are passed over.
    Result<> set(const api::Object &claim);
    void remove(const api::Object &claim);
    /// By "namespace/name"; null when there is none.
    Claim find(std::string_view key) const;
    /// The claim for the extended resources of a pod, or null.
    Claim findExtendedOf(std::string_view podUid) const;

    /// A decision for the claim, which takes its devices until it is settled.
    void assume(const std::string &uid, resourcev1::AllocationResult allocation);
    /// It was written, or came to nothing; nothing when there is none.
    void settle(const std::string &uid);
    /// The unsettled decision, or null.
    const resourcev1::AllocationResult *assumed(const std::string &uid) const;

    const AllocatedDevices &allocated() const { return m_allocated; }

private:
    struct Entry {
        Claim claim;
        int64_t resourceVersion = 0;
    };
    /// What counts of an entry: nothing while a decision for the claim does.
    const resourcev1::AllocationResult *counted(const Claim &claim) const;

    std::unordered_map<std::string, Entry> m_claims;                         ///< by key
    std::unordered_map<std::string, resourcev1::AllocationResult> m_assumed; ///< by uid
    std::unordered_map<std::string, std::string> m_keys;                     ///< by uid
    AllocatedDevices m_allocated;
};

} // namespace coracle::scheduler
