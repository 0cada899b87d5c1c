#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/datastore/sqlite_connection.h"
#include "core/base/clock.h"

namespace coracle::datastore {

/// Removes history in short transactions, and gives freed pages back to the file system. Belongs to the writer's
/// thread; each step adjusts its size so that it lasts a few milliseconds.
class Compaction {
public:
    static Result<Compaction> create(Connection &connection, Clock &clock, Revision done);

    /// History before this revision is to go.
    void request(Revision target);
    /// Removed up to here.
    Revision done() const { return m_done; }
    Revision target() const { return m_target; }
    bool pending() const { return m_done < m_target || m_vacuuming; }
    /// How long the last step took.
    Duration lastStep() const { return m_lastStep; }

    /// One transaction of its own. After an error everything is as it was, and nothing is pending until the next
    /// request.
    Result<> step();

private:
    Compaction(Connection &connection, Clock &clock) : m_connection(&connection), m_clock(&clock) {}
    Result<> removeHistory(Revision target);
    Result<> vacuumStep();
    Result<> checkFreePages();
    void adjust(Duration took, int64_t &size) const;

    Connection *m_connection;
    Clock *m_clock;
    Statement m_rows, m_delete, m_dropOldValue, m_store, m_freePages, m_allPages;
    Revision m_done = 0, m_target = 0;
    int64_t m_rowsPerStep = 64;
    int64_t m_pagesPerStep = 32;
    bool m_vacuuming = false;
    Duration m_lastStep{};
};

} // namespace coracle::datastore
