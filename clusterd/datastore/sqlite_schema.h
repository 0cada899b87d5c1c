#pragma once

#include "clusterd/datastore/sqlite_connection.h"
#include "clusterd/datastore/sqlite_options.h"

namespace coracle::datastore {

/// The row of this name holds the compaction's revision in prev_revision, as kine has it.
inline constexpr std::string_view kCompactKey = "compact_rev_key";

/// Sets what belongs to a connection, not to the file: durability, memory, vacuuming of new files.
Result<> configureConnection(Connection &connection, int64_t cacheKib);

/// Makes kine's table and indexes and Coracle's two additions where they are missing: an index of rows with a lease and
/// the table of time marks (leases.h). kine leaves both alone.
Result<> prepareSchema(Connection &connection);

} // namespace coracle::datastore
