#include "clusterd/datastore/revision_log.h"

#include "clusterd/datastore/sqlite_schema.h"

#include <algorithm>

namespace coracle::datastore {

namespace {

/// An upper bound for keys where the range has none: no UTF-8 text has this byte.
constexpr std::string_view kLastKey = "\xff";

std::string_view endOf(const KeyRange &range) {
    return range.end.empty() ? kLastKey : std::string_view(range.end);
}

int64_t rowCreateRevision(bool created, Revision id, Revision createRevision) {
    return created || createRevision == 0 ? id : createRevision;
}

} // namespace

Result<RevisionLog> RevisionLog::create(Connection &connection) {
    RevisionLog log(connection);
    // sqlite_sequence holds the highest id ever given out, also when that row was compacted away.
    TRY(log.m_revisions, connection.prepare("SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'kine'), "
                                            "(SELECT MAX(prev_revision) FROM kine WHERE name = 'compact_rev_key')"));
    TRY(log.m_newest, connection.prepare("SELECT id, created, deleted, create_revision, lease, value FROM kine "
                                         "WHERE name = ? AND id <= ? ORDER BY id DESC LIMIT 1"));
    // Two steps instead of one join: names come in the order of the index and nothing has to be sorted or kept.
    TRY(log.m_names, connection.prepare("SELECT name, MAX(id) FROM kine WHERE name >= ? AND name < ? AND id <= ? "
                                        "GROUP BY name ORDER BY name"));
    TRY(log.m_byId,
        connection.prepare("SELECT created, deleted, create_revision, lease, value FROM kine WHERE id = ?"));
    // SQLite would fetch a value's pages also when nobody looks at it.
    TRY(log.m_headById, connection.prepare("SELECT created, deleted, create_revision, lease FROM kine WHERE id = ?"));
    TRY(log.m_count,
        connection.prepare("SELECT COUNT(*) FROM (SELECT MAX(id) AS id FROM kine WHERE name >= ? AND name < ? AND "
                           "id <= ? AND name <> 'compact_rev_key' GROUP BY name) AS newest "
                           "JOIN kine ON kine.id = newest.id WHERE kine.deleted = 0"));
    // The row before is there as long as this one is not compacted. Only kine copies its value here with every update.
    TRY(log.m_after,
        connection.prepare("SELECT kine.id, kine.name, kine.created, kine.deleted, kine.create_revision, "
                           "kine.prev_revision, kine.lease, kine.value, COALESCE(kine.old_value, before.value) "
                           "FROM kine LEFT JOIN kine AS before ON before.id = kine.prev_revision "
                           "WHERE kine.id > ? AND kine.id <= ? ORDER BY kine.id"));
    TRY(log.m_append,
        connection.prepare("INSERT INTO kine (id, name, created, deleted, create_revision, prev_revision, lease, "
                           "value, old_value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    TRY(log.m_keyAt, connection.prepare("SELECT name FROM kine WHERE id = ? AND deleted = 0"));
    return log;
}

Result<Revisions> RevisionLog::revisions() {
    Query query(m_revisions);
    CHECK(query.next());
    return Revisions{query.integer(0), query.integer(1)};
}

Result<std::optional<Row>> RevisionLog::newest(std::string_view key, Revision upTo) {
    Query query(m_newest);
    query.bindText(key).bind(upTo);
    TRY(const bool found, query.next());
    if (!found)
        return std::nullopt;
    Row row;
    row.state.key = key;
    row.state.modRevision = query.integer(0);
    row.state.createRevision = rowCreateRevision(query.integer(1) != 0, query.integer(0), query.integer(3));
    row.state.leaseSeconds = query.integer(4);
    row.deleted = query.integer(2) != 0;
    if (!row.deleted)
        row.state.value = query.bytes(5);
    return row;
}

Result<std::vector<KeyValue>> RevisionLog::range(const KeyRange &range, int64_t limit, Revision upTo, Values values,
                                                 bool &more) {
    more = false;
    std::vector<KeyValue> items;
    Query names(m_names);
    names.bindText(range.begin).bindText(endOf(range)).bind(upTo);
    for (;;) {
        TRY(const bool found, names.next());
        if (!found)
            return items;
        Query row(values == Values::Read ? m_byId : m_headById);
        row.bind(names.integer(1));
        TRY(const bool there, row.next());
        if (!there || row.integer(1) != 0 || names.bytes(0) == kCompactKey)
            continue;
        if (limit > 0 && static_cast<int64_t>(items.size()) == limit) {
            more = true;
            return items;
        }
        KeyValue item;
        item.key = names.bytes(0);
        item.modRevision = names.integer(1);
        item.createRevision = rowCreateRevision(row.integer(0) != 0, item.modRevision, row.integer(2));
        item.leaseSeconds = row.integer(3);
        if (values == Values::Read)
            item.value = row.bytes(4);
        items.push_back(std::move(item));
    }
}

Result<int64_t> RevisionLog::count(const KeyRange &range, Revision upTo) {
    Query query(m_count);
    query.bindText(range.begin).bindText(endOf(range)).bind(upTo);
    CHECK(query.next());
    return query.integer(0);
}

Result<std::vector<Event>> RevisionLog::after(std::string_view prefix, Revision after, Revision upTo, size_t bytesMax,
                                              Revision &next) {
    std::vector<Event> events;
    size_t bytes = 0;
    next = upTo;
    Query query(m_after);
    query.bind(after).bind(upTo);
    for (;;) {
        TRY(const bool found, query.next());
        if (!found)
            return events;
        const std::string_view name = query.bytes(1);
        const bool deleted = query.integer(3) != 0;
        // A deletion without a row before it is kine's filling of a gap.
        if (!name.starts_with(prefix) || name == kCompactKey || (deleted && query.integer(5) == 0))
            continue;
        Event event;
        event.deleted = deleted;
        event.created = query.integer(2) != 0;
        event.current.key = name;
        event.current.modRevision = query.integer(0);
        event.current.createRevision = rowCreateRevision(event.created, query.integer(0), query.integer(4));
        event.current.leaseSeconds = query.integer(6);
        event.current.value = query.bytes(deleted ? 8 : 7);
        if (!event.created)
            event.previous = KeyValue{.key = event.current.key,
                                      .value = std::string(query.bytes(8)),
                                      .createRevision = event.current.createRevision,
                                      .modRevision = query.integer(5)};
        bytes += sizeof(Event) + event.current.value.size() + query.bytes(8).size();
        events.push_back(std::move(event));
        if (bytes >= bytesMax) {
            next = events.back().current.modRevision;
            return events;
        }
    }
}

Result<> RevisionLog::append(const Event &event, Revision replaced) {
    const KeyValue &state = event.current;
    Query query(m_append);
    query.bind(state.modRevision).bindText(state.key).bind(event.created).bind(event.deleted);
    query.bind(event.created ? 0 : state.createRevision).bind(replaced);
    query.bind(state.leaseSeconds);
    if (event.deleted)
        query.bindNull();
    else
        query.bindBlob(state.value);
    if (event.deleted)
        query.bindBlob(event.previous->value);
    else
        query.bindNull();
    return query.run();
}

Result<std::optional<std::string>> RevisionLog::keyAt(Revision revision) {
    Query query(m_keyAt);
    query.bind(revision);
    TRY(const bool found, query.next());
    if (!found)
        return std::nullopt;
    return std::string(query.bytes(0));
}

} // namespace coracle::datastore
