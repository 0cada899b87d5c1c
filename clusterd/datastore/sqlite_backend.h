#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/datastore/sqlite_options.h"

#include <memory>

namespace coracle::datastore {

/// The store in one SQLite file, which K3s can open and which K3s may have written. It has two threads: one writes, one
/// reads and keeps house.
std::unique_ptr<Backend> createSqliteBackend(SqliteOptions options);

} // namespace coracle::datastore
