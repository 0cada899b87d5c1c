#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/clock.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coracle::cluster {

/// Archives to import: those that come with the program and then the user's in agent/images/ (.tar, .tar.gz, .tgz,
/// .tar.zst, .tzst), sorted by name.
std::vector<std::filesystem::path> findImageArchives(const Paths &paths, const std::filesystem::path &builtIn);

/// Where the built-in archives lie: beside the installed program in ../share/clusterd/images, or in its build tree.
std::filesystem::path builtInImages(const std::filesystem::path &executable);

/// Imports the archives into containerd's namespace k8s.io. Archives that have not changed since they were imported are
/// left out (agent/images/.cache.json remembers them, as in K3s). A bad archive is logged and does not stop the others.
Task<Result<>> importImages(const Paths &paths, std::vector<std::filesystem::path> archives, Clock &clock);

/// Imports one archive, whatever was imported before, and gives what ctr printed: a line an image.
Task<Result<std::string>> importArchive(const Paths &paths, std::filesystem::path archive, Clock &clock);

} // namespace coracle::cluster
