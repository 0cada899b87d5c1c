#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/datastore/sqlite_connection.h"

#include <optional>
#include <string>
#include <vector>

namespace coracle::datastore {

/// The newest row of a key, which may be the mark of its deletion.
struct Row {
    KeyValue state;
    bool deleted = false;
};

/// What a snapshot can be read at.
struct Revisions {
    Revision current = 0;
    Revision compact = 0;
};

/// kine's table as a log of revisions: a row per write, its id is the revision. Runs inside the transaction of its
/// connection, on the thread that owns it.
class RevisionLog {
public:
    static Result<RevisionLog> create(Connection &connection);

    Result<Revisions> revisions();
    /// The newest row of a key up to a revision.
    Result<std::optional<Row>> newest(std::string_view key, Revision upTo);
    /// Live keys in order, see Backend::range(); limit 0 is none.
    Result<std::vector<KeyValue>> range(const KeyRange &range, int64_t limit, Revision upTo, Values values, bool &more);
    Result<int64_t> count(const KeyRange &range, Revision upTo);
    /// The writes in (after, upTo] under the prefix, oldest first. Stops after about this many bytes; next is then the
    /// revision to go on after, else upTo.
    Result<std::vector<Event>> after(std::string_view prefix, Revision after, Revision upTo, size_t bytesMax,
                                     Revision &next);

    /// Appends a write: the row's revision is event.current.modRevision; replaced is the revision of the key's row
    /// before it, also where that is a deletion (0: none).
    Result<> append(const Event &event, Revision replaced);

    /// The key of a revision's row, when it is a live value and not a deletion.
    Result<std::optional<std::string>> keyAt(Revision revision);

private:
    explicit RevisionLog(Connection &connection) : m_connection(&connection) {}

    Connection *m_connection;
    Statement m_revisions, m_newest, m_names, m_byId, m_headById, m_count, m_after, m_append, m_keyAt;
};

} // namespace coracle::datastore
