#include "clusterd/scheduler/plugins/dynamic_resources/claim_ledger.h"

#include "clusterd/scheduler/plugins/dynamic_resources/extended_resources.h"
#include "core/api/typed.h"

#include <algorithm>

namespace coracle::scheduler {

const resourcev1::AllocationResult *ClaimLedger::counted(const Claim &claim) const {
    return claim && !m_assumed.contains(claim->metadata.uid) ? claim->status.allocation.get() : nullptr;
}

Result<> ClaimLedger::set(const api::Object &object) {
    Entry &entry = m_claims[object.key()];
    if (entry.claim && entry.claim->metadata.uid == object.uid() && object.resourceVersion() < entry.resourceVersion)
        return {};
    TRY(auto decoded, api::decode<resourcev1::ResourceClaim>(object));
    if (const auto *before = counted(entry.claim))
        m_allocated.remove(*before);
    if (entry.claim)
        m_keys.erase(entry.claim->metadata.uid);
    entry.claim = std::make_shared<const resourcev1::ResourceClaim>(std::move(decoded));
    entry.resourceVersion = object.resourceVersion();
    m_keys[entry.claim->metadata.uid] = object.key();
    if (const auto *after = counted(entry.claim))
        m_allocated.add(*after);
    return {};
}

void ClaimLedger::remove(const api::Object &object) {
    const auto entry = m_claims.find(object.key());
    if (entry == m_claims.end())
        return;
    if (const auto *allocation = counted(entry->second.claim))
        m_allocated.remove(*allocation);
    if (entry->second.claim)
        m_keys.erase(entry->second.claim->metadata.uid);
    m_claims.erase(entry);
}

ClaimLedger::Claim ClaimLedger::find(std::string_view key) const {
    const auto entry = m_claims.find(std::string(key));
    return entry == m_claims.end() ? nullptr : entry->second.claim;
}

ClaimLedger::Claim ClaimLedger::findExtendedOf(std::string_view podUid) const {
    const auto entry = std::ranges::find_if(m_claims, [&](const auto &known) {
        return known.second.claim && isExtendedClaimOf(*known.second.claim, podUid);
    });
    return entry == m_claims.end() ? nullptr : entry->second.claim;
}

void ClaimLedger::assume(const std::string &uid, resourcev1::AllocationResult allocation) {
    settle(uid);
    if (const auto key = m_keys.find(uid); key != m_keys.end())
        if (const auto *stored = counted(m_claims.at(key->second).claim))
            m_allocated.remove(*stored);
    m_allocated.add(allocation);
    m_assumed.emplace(uid, std::move(allocation));
}

void ClaimLedger::settle(const std::string &uid) {
    const auto assumed = m_assumed.find(uid);
    if (assumed == m_assumed.end())
        return;
    m_allocated.remove(assumed->second);
    m_assumed.erase(assumed);
    if (const auto key = m_keys.find(uid); key != m_keys.end())
        if (const auto *stored = counted(m_claims.at(key->second).claim))
            m_allocated.add(*stored);
}

const resourcev1::AllocationResult *ClaimLedger::assumed(const std::string &uid) const {
    const auto found = m_assumed.find(uid);
    return found == m_assumed.end() ? nullptr : &found->second;
}

} // namespace coracle::scheduler
