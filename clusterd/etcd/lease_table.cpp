#include "clusterd/etcd/lease_table.h"

#include <chrono>

namespace coracle::etcd {

namespace {

constexpr int64_t kSecondsMax = 0x7fffffff; // fits the lower half of an id
constexpr int64_t kHalf = int64_t{1} << 32;
constexpr int64_t kLives = 0x7fff;
constexpr size_t kLeasesMax = 10000;

} // namespace

LeaseTable::LeaseTable(Clock &clock, Random &random)
    : m_clock(clock), m_life(1 + static_cast<int64_t>(random.below(kLives))) {}

Reply<LeaseTable::Lease> LeaseTable::grant(int64_t id, int64_t seconds) {
    if (seconds > kSecondsMax)
        return rpc_errors::leaseTooLong();
    if (seconds < 1)
        return rpc_errors::invalid("a lease lives for a second or longer");
    const std::lock_guard lock(m_mutex);
    dropEndedLocked();
    if (m_leases.size() >= kLeasesMax)
        return std::unexpected(grpc::Status(grpc::RESOURCE_EXHAUSTED, "etcdserver: too many leases"));
    if (id == 0)
        id = nextIdLocked(seconds);
    auto [at, added] = m_leases.try_emplace(id);
    if (!added)
        return rpc_errors::leaseExists();
    at->second.seconds = seconds;
    at->second.ends = m_clock.steadyNow() + std::chrono::seconds(seconds);
    return leaseLocked(id, at->second);
}

Reply<int64_t> LeaseTable::secondsFor(int64_t id) const {
    if (id == 0)
        return 0;
    const std::lock_guard lock(m_mutex);
    if (auto at = findLocked(id); at != m_leases.end())
        return at->second.seconds;
    // An id of a former life, or of kine, says the time; one of this life has ended.
    const int64_t life = id / kHalf >> 16, seconds = id % kHalf;
    if (id < 0 || life == m_life || seconds == 0 || seconds > kSecondsMax || m_leases.contains(id))
        return rpc_errors::leaseNotFound();
    return seconds;
}

void LeaseTable::attach(int64_t id, const std::string &key, datastore::Revision revision) {
    detach(key);
    const std::lock_guard lock(m_mutex);
    if (auto at = m_leases.find(id); at != m_leases.end()) {
        at->second.keys.insert_or_assign(key, revision);
        m_leaseOfKey[key] = id;
    }
}

void LeaseTable::detach(const std::string &key) {
    const std::lock_guard lock(m_mutex);
    auto at = m_leaseOfKey.find(key);
    if (at == m_leaseOfKey.end())
        return;
    if (auto lease = m_leases.find(at->second); lease != m_leases.end())
        lease->second.keys.erase(key);
    m_leaseOfKey.erase(at);
}

int64_t LeaseTable::idOf(const datastore::KeyValue &stored) const {
    if (stored.leaseSeconds == 0)
        return 0;
    const std::lock_guard lock(m_mutex);
    auto at = m_leaseOfKey.find(stored.key);
    if (at == m_leaseOfKey.end())
        return stored.leaseSeconds;
    auto lease = m_leases.find(at->second);
    if (lease == m_leases.end())
        return stored.leaseSeconds;
    auto key = lease->second.keys.find(stored.key);
    return key != lease->second.keys.end() && key->second == stored.modRevision ? lease->first : stored.leaseSeconds;
}

std::optional<LeaseTable::Lease> LeaseTable::find(int64_t id) const {
    const std::lock_guard lock(m_mutex);
    auto at = findLocked(id);
    if (at == m_leases.end())
        return std::nullopt;
    return leaseLocked(id, at->second);
}

std::vector<int64_t> LeaseTable::ids() const {
    const std::lock_guard lock(m_mutex);
    std::vector<int64_t> ids;
    for (const auto &[id, entry] : m_leases)
        if (entry.ends > m_clock.steadyNow())
            ids.push_back(id);
    return ids;
}

std::optional<LeaseTable::Lease> LeaseTable::renew(int64_t id) {
    const std::lock_guard lock(m_mutex);
    dropEndedLocked();
    auto at = m_leases.find(id);
    if (at == m_leases.end())
        return std::nullopt;
    at->second.ends = m_clock.steadyNow() + std::chrono::seconds(at->second.seconds);
    return leaseLocked(id, at->second);
}

std::optional<LeaseTable::Lease> LeaseTable::revoke(int64_t id) {
    const std::lock_guard lock(m_mutex);
    dropEndedLocked();
    auto at = m_leases.find(id);
    if (at == m_leases.end())
        return std::nullopt;
    Lease lease = leaseLocked(id, at->second);
    eraseLocked(at);
    return lease;
}

LeaseTable::Lease LeaseTable::leaseLocked(int64_t id, const Entry &entry) const {
    const auto left = std::chrono::ceil<std::chrono::seconds>(entry.ends - m_clock.steadyNow());
    Lease lease{.id = id, .seconds = entry.seconds, .left = left.count(), .keys = {}};
    for (const auto &[key, revision] : entry.keys)
        lease.keys.push_back({key, revision});
    return lease;
}

int64_t LeaseTable::nextIdLocked(int64_t seconds) {
    for (;;) {
        const int64_t id = ((m_life << 16) + ++m_last) * kHalf + seconds;
        if (!m_leases.contains(id))
            return id;
    }
}

void LeaseTable::dropEndedLocked() {
    const SteadyTime now = m_clock.steadyNow();
    for (auto at = m_leases.begin(); at != m_leases.end();) {
        const auto current = at++;
        if (current->second.ends <= now)
            eraseLocked(current);
    }
}

void LeaseTable::eraseLocked(Entries::iterator at) {
    for (const auto &[key, revision] : at->second.keys)
        m_leaseOfKey.erase(key);
    m_leases.erase(at);
}

LeaseTable::Entries::const_iterator LeaseTable::findLocked(int64_t id) const {
    auto at = m_leases.find(id);
    return at != m_leases.end() && at->second.ends > m_clock.steadyNow() ? at : m_leases.end();
}

} // namespace coracle::etcd
