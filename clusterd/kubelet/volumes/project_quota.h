#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>

namespace coracle::kubelet {

/// How much a directory may hold. Comes in through this interface, because few file systems have project quotas.
class DirectoryQuota {
public:
    virtual ~DirectoryQuota() = default;
    /// True: the limit holds from now on, for what is there and what comes. False: the file system has no such limits.
    virtual Result<bool> limit(const std::filesystem::path &directory, uint64_t bytesMax) = 0;
    /// Gives the limit back, before the directory is removed.
    virtual Result<> lift(const std::filesystem::path &directory) = 0;
};

/// Project quotas of ext4 and XFS (mounted with prjquota): a directory gets a project of its own, which new files
/// inherit. quotactl_fd(2), Linux 5.14.
DirectoryQuota &projectQuota();

} // namespace coracle::kubelet
