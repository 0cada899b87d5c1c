#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/rpc_errors.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::etcd {

/// A key as a lease holds it.
struct LeasedKey {
    std::string key;
    datastore::Revision revision = 0;
};

/// The leases of this process's life, and the keys attached to them. The datastore knows a key's time only, as kine
/// does, so an id that is made here carries its time in the lower half: with such an id, or one of kine's (which are
/// the time itself), a client can go on writing after a restart. The upper half tells the process's lives apart.
/// Thread-safe.
class LeaseTable {
public:
    LeaseTable(Clock &clock, Random &random);

    struct Lease {
        int64_t id = 0;
        int64_t seconds = 0; ///< granted
        int64_t left = 0;    ///< until it ends, rounded up
        std::vector<LeasedKey> keys;
    };

    /// Id 0: one is chosen.
    Reply<Lease> grant(int64_t id, int64_t seconds);
    /// How long a key lives that is written with this lease; 0 for the id 0.
    Reply<int64_t> secondsFor(int64_t id) const;
    /// After a write with the lease; takes the key from the lease that it had before.
    void attach(int64_t id, const std::string &key, datastore::Revision revision);
    void detach(const std::string &key);
    /// The lease of a stored key: its id, or the time where the lease is not known any more (as kine says it).
    int64_t idOf(const datastore::KeyValue &stored) const;

    /// Nothing when it is not there.
    std::optional<Lease> find(int64_t id) const;
    std::vector<int64_t> ids() const;
    /// Begins its time anew.
    std::optional<Lease> renew(int64_t id);
    std::optional<Lease> revoke(int64_t id);

private:
    struct Entry {
        int64_t seconds = 0;
        SteadyTime ends;
        std::unordered_map<std::string, datastore::Revision> keys;
    };
    using Entries = std::map<int64_t, Entry>;

    Lease leaseLocked(int64_t id, const Entry &entry) const;
    int64_t nextIdLocked(int64_t seconds);
    void dropEndedLocked();
    void eraseLocked(Entries::iterator at);
    Entries::const_iterator findLocked(int64_t id) const;

    Clock &m_clock;
    const int64_t m_life; ///< in the upper half of ids
    uint16_t m_last = 0;
    mutable std::mutex m_mutex;
    Entries m_leases;
    std::unordered_map<std::string, int64_t> m_leaseOfKey;
};

} // namespace coracle::etcd
