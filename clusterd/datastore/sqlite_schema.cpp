#include "clusterd/datastore/sqlite_schema.h"

#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::datastore {

namespace {

// Table and indexes carry kine's names and columns, so that K3s can open the file. kine has four more indexes, which
// hold nothing that these don't, cost a page with every commit and half of the file with small values; it makes what is
// missing when it opens a file, and files that it made keep them.
constexpr std::string_view kSchema[] = {
    "CREATE TABLE IF NOT EXISTS kine (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, created INTEGER, "
    "deleted INTEGER, create_revision INTEGER, prev_revision INTEGER, lease INTEGER, value BLOB, old_value BLOB)",
    "CREATE INDEX IF NOT EXISTS kine_name_id_index ON kine (name, id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS kine_name_prev_revision_uindex ON kine (name, prev_revision)",
    "CREATE INDEX IF NOT EXISTS coracle_lease_index ON kine (id) WHERE lease > 0",
    "CREATE TABLE IF NOT EXISTS coracle_time (revision INTEGER PRIMARY KEY, unix_seconds INTEGER NOT NULL)",
};

/// Files that kine made never give space back; one rewrite turns incremental vacuuming on.
Result<> enableVacuum(Connection &connection) {
    TRY(const int64_t mode, connection.integer("PRAGMA auto_vacuum"));
    if (mode == 2)
        return {};
    CHECK(connection.execute("PRAGMA auto_vacuum = INCREMENTAL"));
    if (auto vacuumed = connection.execute("VACUUM"); !vacuumed)
        log::warning("datastore", "the database file cannot shrink until the next start: {}", vacuumed.error().message);
    return {};
}

} // namespace

Result<> configureConnection(Connection &connection, int64_t cacheKib) {
    // EXTRA is FULL for a write-ahead log; it also makes the step from a rollback journal to the log safe.
    CHECK(connection.execute("PRAGMA synchronous = EXTRA"));
    // Before the first table, else the file keeps its form; both are no-ops on an existing one.
    CHECK(connection.execute("PRAGMA auto_vacuum = INCREMENTAL"));
    CHECK(connection.execute("PRAGMA journal_mode = WAL"));
    CHECK(connection.execute("PRAGMA secure_delete = FAST"));
    CHECK(connection.execute("PRAGMA temp_store = MEMORY"));
    // Checkpoints are the back end's work; a log that once grew long shrinks when it starts anew.
    CHECK(connection.execute("PRAGMA journal_size_limit = 16777216"));
    return connection.execute(fmt::format("PRAGMA cache_size = -{}", cacheKib));
}

Result<> prepareSchema(Connection &connection) {
    TRY(const int64_t tables, connection.integer("SELECT COUNT(*) FROM sqlite_schema"));
    if (tables > 0)
        CHECK(enableVacuum(connection));
    CHECK(connection.begin(true));
    auto create = [&]() -> Result<> {
        for (std::string_view statement : kSchema)
            CHECK(connection.execute(std::string(statement)));
        TRY(const int64_t compactRows, connection.integer("SELECT COUNT(*) FROM kine WHERE name = 'compact_rev_key'"));
        if (compactRows == 0)
            CHECK(connection.execute("INSERT INTO kine (name, created, deleted, create_revision, prev_revision, lease, "
                                     "value, old_value) VALUES ('compact_rev_key', 1, 0, 0, 0, 0, x'', NULL)"));
        return connection.commit();
    };
    auto created = create();
    if (!created)
        connection.rollback();
    return created;
}

} // namespace coracle::datastore
