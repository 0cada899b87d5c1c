#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace coracle::datastore {

/// How the SQLite back end works. Only the path has to be set.
struct SqliteOptions {
    /// The database file, as K3s names it "<data dir>/server/db/state.db"; its folder is made when absent. ":memory:"
    /// is a store that ends with the process.
    std::string path;
    Clock *clock = &systemClock();
    /// The name of a registered SQLite VFS; empty is the platform's. Tests bring a disk of their own.
    std::string vfs;

    /// How often history is compacted up to the revision of one interval before; 0 never.
    Duration compactInterval = std::chrono::minutes(5);
    /// The newest revisions that automatic compaction always keeps.
    int64_t retainRevisions = 1000;
    /// More history than this is compacted without waiting for the interval, so that the file stays small under load.
    int64_t retainRevisionsMax = 2000;

    int64_t writerCacheKib = 2048;
    int64_t readerCacheKib = 512;
    /// The length of the write-ahead log, in pages of 4 KiB, from which it is copied into the database.
    int checkpointFrames = 1000;
};

} // namespace coracle::datastore
