#pragma once

#include "core/base/result.h"

#include <filesystem>

/// The directories of local volumes (clusterd/volume/local_path.h). What lies in them was written by pods and is not
/// trusted: nothing here follows a link or leaves the file system that a directory lies on.
namespace coracle::kubelet {

/// Makes the directory, for everybody to write, and its parent, closed to all but root, where they are missing.
/// Something else at its place, a link too, is an error.
Result<> makeLocalDirectory(const std::filesystem::path &path);

/// Removes at most so many entries of the directory and, at last, itself. True when nothing is left. To be called again
/// until then, so that a large volume does not stop its thread; also after a restart.
Result<bool> removeLocalDirectory(const std::filesystem::path &path, int entriesMax);

} // namespace coracle::kubelet
