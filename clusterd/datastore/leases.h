#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/datastore/sqlite_connection.h"
#include "core/base/clock.h"

#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

namespace coracle::datastore {

/// Knows when rows with a lease end. kine's rows have no time, so that a time mark, a pair of revision and date, is
/// kept beside them at most every ten seconds: after a restart a key lives as long as it would have, give or take a
/// mark. Belongs to the writer's thread.
class Leases {
public:
    static Result<Leases> create(Connection &connection, Clock &clock);

    /// At the start: rows that a former process wrote.
    Result<> load();

    /// Inside the transaction of a write with a lease: leaves a time mark where the last one is old.
    Result<> mark(Revision revision, int64_t leaseSeconds);
    /// After its commit.
    void add(Revision revision, Duration lease);

    /// Begins the row's lease anew, until the end of the process.
    Result<> renew(Revision revision);

    /// When the next lease ends; nothing when there is none.
    std::optional<SteadyTime> next() const;
    /// Takes the revisions whose lease has ended. The row may have been replaced since: then nothing is to be done.
    std::vector<Revision> takeDue(size_t countMax);

private:
    using Entry = std::pair<SteadyTime, Revision>;
    Leases(Clock &clock) : m_clock(&clock) {}

    Clock *m_clock;
    Statement m_rows, m_leaseOf, m_markBefore, m_insertMark, m_pruneMarks;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> m_queue;
    std::unordered_map<Revision, SteadyTime> m_renewed; ///< until when, later than an earlier entry of the queue says
    std::optional<SteadyTime> m_lastMark;
    int64_t m_longestSeconds = 3600;
};

} // namespace coracle::datastore
