#include "clusterd/datastore/compaction.h"

#include "clusterd/datastore/sqlite_schema.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace coracle::datastore {

namespace {

// A write may wait 20 ms for a step on a slow disk; this leaves room for its commit.
constexpr std::chrono::milliseconds kStepTarget(4);
constexpr int64_t kStepSizeMin = 8;
constexpr int64_t kStepSizeMax = 1024;
// Free pages are reused by later writes: some may stay, so that the file does not breathe with every compaction.
constexpr int64_t kFreePagesKept = 128;

} // namespace

Result<Compaction> Compaction::create(Connection &connection, Clock &clock, Revision done) {
    Compaction compaction(connection, clock);
    compaction.m_done = compaction.m_target = done;
    TRY(compaction.m_rows,
        connection.prepare("SELECT id, name, deleted, prev_revision, old_value IS NOT NULL FROM kine "
                           "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"));
    TRY(compaction.m_delete, connection.prepare("DELETE FROM kine WHERE id = ?"));
    TRY(compaction.m_dropOldValue, connection.prepare("UPDATE kine SET old_value = NULL WHERE id = ?"));
    TRY(compaction.m_store,
        connection.prepare("UPDATE kine SET prev_revision = ? WHERE id = (SELECT id FROM kine WHERE "
                           "name = 'compact_rev_key' ORDER BY prev_revision DESC LIMIT 1)"));
    TRY(compaction.m_freePages, connection.prepare("PRAGMA freelist_count"));
    TRY(compaction.m_allPages, connection.prepare("PRAGMA page_count"));
    CHECK(compaction.checkFreePages());
    return compaction;
}

void Compaction::request(Revision target) {
    m_target = std::max(m_target, target);
}

Result<> Compaction::step() {
    const SteadyTime began = m_clock->steadyNow();
    const Revision before = m_done;
    auto stepped = m_connection->begin(true);
    if (stepped)
        stepped = m_done < m_target ? removeHistory(m_target) : vacuumStep();
    if (stepped)
        stepped = m_connection->commit();
    if (!stepped) {
        m_connection->rollback();
        m_done = m_target = before;
        m_vacuuming = false;
        return stepped;
    }
    m_lastStep = m_clock->steadyNow() - began;
    if (m_done > before)
        adjust(m_lastStep, m_rowsPerStep);
    else
        adjust(m_lastStep, m_pagesPerStep);
    if (m_done == m_target)
        return checkFreePages();
    return {};
}

Result<> Compaction::removeHistory(Revision target) {
    struct Done {
        Revision id, replaced;
        bool remove, dropOldValue;
    };
    std::vector<Done> rows;
    {
        Query query(m_rows);
        query.bind(m_done).bind(target).bind(m_rowsPerStep);
        for (int64_t seen = 1;; ++seen) {
            TRY(const bool found, query.next());
            if (!found)
                break;
            if (query.bytes(1) != kCompactKey)
                rows.push_back({query.integer(0), query.integer(3), query.integer(2) != 0, query.integer(4) != 0});
            if (seen == m_rowsPerStep)
                target = query.integer(0);
        }
    }
    for (const Done &row : rows) {
        if (row.replaced > 0) {
            CHECK(Query(m_delete).bind(row.replaced).run());
        }
        // What a row replaced is only told to watchers, who can't ask for a compacted revision any more.
        if (row.remove) {
            CHECK(Query(m_delete).bind(row.id).run());
        } else if (row.dropOldValue) {
            CHECK(Query(m_dropOldValue).bind(row.id).run());
        }
    }
    CHECK(Query(m_store).bind(target).run());
    m_done = target;
    return {};
}

Result<> Compaction::vacuumStep() {
    // A pragma takes no parameters.
    return m_connection->execute(fmt::format("PRAGMA incremental_vacuum({})", m_pagesPerStep));
}

Result<> Compaction::checkFreePages() {
    Query freePages(m_freePages), allPages(m_allPages);
    CHECK(freePages.next());
    CHECK(allPages.next());
    const int64_t kept = std::max(kFreePagesKept, allPages.integer(0) / 8);
    // Once begun it goes on until little is left over, so that it does not begin anew with each compaction.
    m_vacuuming = freePages.integer(0) > (m_vacuuming ? kept / 2 : kept);
    return {};
}

void Compaction::adjust(Duration took, int64_t &size) const {
    if (took > kStepTarget)
        size = std::max(kStepSizeMin, size / 2);
    else if (took < kStepTarget / 2)
        size = std::min(kStepSizeMax, size * 2);
}

} // namespace coracle::datastore
