#include "clusterd/datastore/log_reader.h"

#include <fmt/format.h>

namespace coracle::datastore {

namespace {

/// A backlog is read and handed over in parts of about this size.
constexpr size_t kBacklogBytes = 1 << 20;

} // namespace

namespace revision_errors {

Failure compactedRead() {
    return errors::expired("The resourceVersion for the provided list is too old.");
}

Failure compactedWatch(Revision after, Revision compact) {
    return errors::expired(fmt::format("too old resource version: {} ({})", after, compact));
}

Failure future(Revision revision, Revision current) {
    Failure failure = errors::timeout(fmt::format("Too large resource version: {}, current: {}", revision, current));
    failure.error().causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
    failure.error().retryAfterSeconds = 1;
    return failure;
}

} // namespace revision_errors

Result<LogReader> LogReader::create(Connection &connection) {
    TRY(RevisionLog log, RevisionLog::create(connection));
    return LogReader(connection, std::move(log));
}

template<class Function>
auto LogReader::snapshot(Revision revision, Function function) -> std::invoke_result_t<Function, Revisions, Revision> {
    CHECK(m_connection->begin(false));
    auto read = [&]() -> std::invoke_result_t<Function, Revisions, Revision> {
        TRY(const Revisions revisions, m_log.revisions());
        if (revision > revisions.current)
            return revision_errors::future(revision, revisions.current);
        if (revision != 0 && revision < revisions.compact)
            return revision_errors::compactedRead();
        return function(revisions, revision == 0 ? revisions.current : revision);
    };
    auto result = read();
    m_connection->rollback();
    return result;
}

Result<std::optional<KeyValue>> LogReader::get(const std::string &key, Revision revision) {
    return snapshot(revision, [&](Revisions, Revision at) -> Result<std::optional<KeyValue>> {
        TRY(auto row, m_log.newest(key, at));
        if (!row || row->deleted)
            return std::nullopt;
        return std::move(row->state);
    });
}

Result<ListResult> LogReader::range(const KeyRange &range, int64_t limit, Revision revision, Values values) {
    return snapshot(revision, [&](Revisions revisions, Revision at) -> Result<ListResult> {
        ListResult result;
        result.revision = revisions.current;
        TRY(result.items, m_log.range(range, limit, at, values, result.more));
        return result;
    });
}

Result<int64_t> LogReader::count(const KeyRange &range, Revision revision) {
    return snapshot(revision, [&](Revisions, Revision at) { return m_log.count(range, at); });
}

Result<StorageSize> LogReader::size() {
    TRY(const int64_t pageSize, m_connection->integer("PRAGMA page_size"));
    TRY(const int64_t pages, m_connection->integer("PRAGMA page_count"));
    TRY(const int64_t freePages, m_connection->integer("PRAGMA freelist_count"));
    return StorageSize{.bytes = pages * pageSize, .bytesInUse = (pages - freePages) * pageSize};
}

void LogReader::catchUp(Watcher &watcher, Revision after, Revision upTo) {
    while (after < upTo) {
        auto part = snapshot(0, [&](Revisions revisions, Revision) -> Result<std::vector<Event>> {
            if (after < revisions.compact)
                return revision_errors::compactedWatch(after, revisions.compact);
            Revision next = upTo;
            auto events = m_log.after(watcher.prefix(), after, upTo, kBacklogBytes, next);
            after = next;
            return events;
        });
        if (!part)
            return watcher.fail(std::move(part).error());
        if (!watcher.backlog(std::move(*part), after))
            return;
    }
    watcher.backlogDone();
}

} // namespace coracle::datastore
