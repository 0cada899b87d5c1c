#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace coracle::kubelet {

/// Gives a volume to a pod's fsGroup: the group owns every file and may read and write it, and folders hand the group
/// on (set-group-ID). With the policy OnRootMismatch nothing is done when the volume's own folder is right already; any
/// other policy goes through everything. Links are not followed. Yields now and then, so that large volumes don't stop
/// other work; a cancelled pass is done again by the next call.
Task<Result<>> applyFsGroup(Clock &clock, std::filesystem::path volume, gid_t group, std::string changePolicy);

} // namespace coracle::kubelet
