#pragma once

#include "clusterd/datastore/backend.h"

#include <functional>
#include <string>

/// Copies of a SQLite store in a file of their own, for back-ups. All of it blocks.
namespace coracle::datastore {

struct SnapshotFacts {
    Revision revision = 0, compactRevision = 0;
};

/// Copies one state of the store while others read and write it; nobody is held up. `goOn` gets the share that is
/// copied (0 to 1) and ends the copy by false. The target must not be there; it is one file, synced, and is removed
/// when the copy fails.
Result<> copyDatabase(const std::string &from, const std::string &to, const std::function<bool(double)> &goOn);

/// Checks a file that nobody has open: by SQLite's integrity check, and that it is a store. Errors say what is wrong.
Result<SnapshotFacts> inspectDatabase(const std::string &file);

/// Lets revisions go on after this one, with all history before it gone, in a file that nobody has open: who knows
/// later states than the file has must list anew.
Result<> continueAfter(const std::string &file, Revision revision);

} // namespace coracle::datastore
