#include "clusterd/datastore/snapshot.h"

#include "clusterd/datastore/sqlite_connection.h"
#include "clusterd/datastore/sqlite_schema.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace coracle::datastore {

namespace fs = std::filesystem;

namespace {

/// With a rollback journal everything is in the one file when the connection ends.
constexpr const char *kOneFile = "PRAGMA journal_mode = DELETE";

Result<> sync(const std::string &file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0)
        ::close(fd);
    if (!synced)
        return errors::fromErrno(fmt::format("cannot write {}", file), error);
    return {};
}

Result<> copyTo(const std::string &from, const std::string &to, const std::function<bool(double)> &goOn) {
    TRY(const auto source, Connection::open(from, ""));
    TRY(const auto target, Connection::open(to, ""));
    CHECK(target->execute("PRAGMA synchronous = OFF")); // it is synced at the end
    CHECK(source->copyTo(*target, goOn));
    return target->execute(kOneFile);
}

Result<> checkIntegrity(Connection &connection) {
    TRY(Statement statement, connection.prepare("PRAGMA integrity_check(1)"));
    Query query(statement);
    TRY(const bool row, query.next());
    const std::string found(row ? query.bytes(0) : "no answer");
    if (found != "ok")
        return errors::other(fmt::format("the database is damaged: {}", found));
    return {};
}

void removeWithJournal(const std::string &file) {
    std::error_code error;
    for (const char *ending : {"", "-journal", "-wal", "-shm"})
        fs::remove(file + ending, error);
}

} // namespace

Result<> copyDatabase(const std::string &from, const std::string &to, const std::function<bool(double)> &goOn) {
    std::error_code error;
    if (fs::exists(to, error))
        return errors::other(fmt::format("cannot copy the datastore: {} is there already", to));
    auto copied = copyTo(from, to, goOn);
    if (copied)
        copied = sync(to);
    if (!copied)
        removeWithJournal(to);
    return copied;
}

Result<SnapshotFacts> inspectDatabase(const std::string &file) {
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return errors::other(fmt::format("{} is no file", file));
    TRY(const auto connection, Connection::open(file, ""));
    CHECK(checkIntegrity(*connection));
    TRY(const int64_t tables,
        connection->integer("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'kine'"));
    if (tables == 0)
        return errors::other("the database is sound, but holds no cluster");
    SnapshotFacts facts;
    TRY(facts.revision, connection->integer("SELECT seq FROM sqlite_sequence WHERE name = 'kine'"));
    TRY(facts.compactRevision,
        connection->integer(fmt::format("SELECT MAX(prev_revision) FROM kine WHERE name = '{}'", kCompactKey)));
    return facts;
}

Result<> continueAfter(const std::string &file, Revision revision) {
    {
        TRY(const auto connection, Connection::open(file, ""));
        CHECK(connection->execute(kOneFile));
        CHECK(connection->begin(true));
        CHECK(connection->execute(
            fmt::format("UPDATE sqlite_sequence SET seq = MAX(seq, {}) WHERE name = 'kine'", revision)));
        CHECK(connection->execute(fmt::format(
            "UPDATE kine SET prev_revision = (SELECT seq FROM sqlite_sequence WHERE name = 'kine') WHERE name = '{}'",
            kCompactKey)));
        CHECK(connection->commit());
    }
    return sync(file);
}

} // namespace coracle::datastore
