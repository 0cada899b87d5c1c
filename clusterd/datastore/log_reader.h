#pragma once

#include "clusterd/datastore/broadcaster.h"
#include "clusterd/datastore/revision_log.h"

#include <functional>

namespace coracle::datastore {

/// The reads of Backend, each on one snapshot. Used by the thread that owns the connection.
class LogReader {
public:
    static Result<LogReader> create(Connection &connection);

    Result<std::optional<KeyValue>> get(const std::string &key, Revision revision);
    Result<ListResult> range(const KeyRange &range, int64_t limit, Revision revision, Values values);
    Result<int64_t> count(const KeyRange &range, Revision revision);
    Result<StorageSize> size();
    /// Hands a watch what lies between its start and its first live event.
    void catchUp(Watcher &watcher, Revision after, Revision upTo);

private:
    LogReader(Connection &connection, RevisionLog log) : m_connection(&connection), m_log(std::move(log)) {}
    /// Runs the function in a read transaction, with the revision to read at (the newest for 0).
    template<class Function>
    auto snapshot(Revision revision, Function function) -> std::invoke_result_t<Function, Revisions, Revision>;

    Connection *m_connection;
    RevisionLog m_log;
};

/// The errors for revisions outside the log, in Kubernetes' words.
namespace revision_errors {
Failure compactedRead();
Failure compactedWatch(Revision after, Revision compact);
Failure future(Revision revision, Revision current);
} // namespace revision_errors

} // namespace coracle::datastore
