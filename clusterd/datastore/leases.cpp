#include "clusterd/datastore/leases.h"

#include <algorithm>

namespace coracle::datastore {

namespace {

constexpr std::chrono::seconds kMarkInterval(10);

int64_t unixSeconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

Result<Leases> Leases::create(Connection &connection, Clock &clock) {
    Leases leases(clock);
    TRY(leases.m_rows, connection.prepare("SELECT id, lease FROM kine WHERE lease > 0 AND deleted = 0"));
    TRY(leases.m_leaseOf, connection.prepare("SELECT lease FROM kine WHERE id = ? AND lease > 0 AND deleted = 0"));
    TRY(leases.m_markBefore, connection.prepare("SELECT unix_seconds FROM coracle_time WHERE revision <= ? "
                                                "ORDER BY revision DESC LIMIT 1"));
    TRY(leases.m_insertMark,
        connection.prepare("INSERT OR REPLACE INTO coracle_time (revision, unix_seconds) VALUES (?, ?)"));
    // The newest mark that is old enough stays: it is the bound for rows before the following one.
    TRY(leases.m_pruneMarks, connection.prepare("DELETE FROM coracle_time WHERE revision < "
                                                "(SELECT MAX(revision) FROM coracle_time WHERE unix_seconds <= ?)"));
    return leases;
}

Result<> Leases::load() {
    const int64_t now = unixSeconds(m_clock->now());
    Query rows(m_rows);
    for (;;) {
        TRY(const bool found, rows.next());
        if (!found)
            return {};
        const Revision revision = rows.integer(0);
        const int64_t lease = rows.integer(1);
        Query mark(m_markBefore);
        mark.bind(revision);
        TRY(const bool known, mark.next());
        // Without a mark the row is kine's; as there, its time starts anew. The date may have jumped in between.
        const int64_t written = known ? mark.integer(0) + kMarkInterval.count() : now;
        const int64_t left = std::clamp<int64_t>(written + lease - now, 0, lease);
        m_longestSeconds = std::max(m_longestSeconds, lease);
        add(revision, std::chrono::seconds(left));
    }
}

Result<> Leases::mark(Revision revision, int64_t leaseSeconds) {
    const SteadyTime now = m_clock->steadyNow();
    m_longestSeconds = std::max(m_longestSeconds, leaseSeconds);
    if (m_lastMark && now - *m_lastMark < kMarkInterval)
        return {};
    const int64_t seconds = unixSeconds(m_clock->now());
    Query insert(m_insertMark);
    CHECK(insert.bind(revision).bind(seconds).run());
    Query prune(m_pruneMarks);
    CHECK(prune.bind(seconds - m_longestSeconds - kMarkInterval.count()).run());
    m_lastMark = now;
    return {};
}

void Leases::add(Revision revision, Duration lease) {
    m_queue.emplace(m_clock->steadyNow() + lease, revision);
}

Result<> Leases::renew(Revision revision) {
    Query query(m_leaseOf);
    query.bind(revision);
    TRY(const bool found, query.next());
    if (found) {
        const SteadyTime ends = m_clock->steadyNow() + std::chrono::seconds(query.integer(0));
        m_renewed[revision] = ends;
        m_queue.emplace(ends, revision);
    }
    return {};
}

std::optional<SteadyTime> Leases::next() const {
    if (m_queue.empty())
        return std::nullopt;
    return m_queue.top().first;
}

std::vector<Revision> Leases::takeDue(size_t countMax) {
    std::vector<Revision> due;
    const SteadyTime now = m_clock->steadyNow();
    while (!m_queue.empty() && m_queue.top().first <= now && due.size() < countMax) {
        const Revision revision = m_queue.top().second;
        m_queue.pop();
        if (auto renewed = m_renewed.find(revision); renewed != m_renewed.end()) {
            if (renewed->second > now)
                continue;
            m_renewed.erase(renewed);
        }
        due.push_back(revision);
    }
    return due;
}

} // namespace coracle::datastore
