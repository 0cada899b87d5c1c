#pragma once

#include "clusterd/kubelet/volumes/mounter.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace coracle::kubelet {

/// Binds a path below a volume to the target, so that the container gets what the path is now and cannot leave the
/// volume by links, not even by swapping them meanwhile (openat2 with RESOLVE_BENEATH). A missing path becomes a
/// folder.
Result<> bindSubPath(Mounter &mounter, const std::filesystem::path &volume, const std::string &subPath,
                     const std::filesystem::path &target);

} // namespace coracle::kubelet
