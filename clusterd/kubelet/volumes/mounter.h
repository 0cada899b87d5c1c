#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coracle::kubelet {

/// A block device that becomes a folder.
struct DeviceMount {
    std::string device, fsType;       ///< a path; "ext4"
    std::vector<std::string> options; ///< as mount(8) has them: "noatime", "data=journal"
    bool readOnly = false;
};

/// The mount calls that volumes need. Idempotent: what is there already is fine, what is gone already too.
class Mounter {
public:
    virtual ~Mounter() = default;
    /// 0 bytes: the kernel's default (half of the memory).
    virtual Result<> mountTmpfs(const std::filesystem::path &target, uint64_t bytesMax) = 0;
    /// The source may be /proc/self/fd/<n>, so that nobody can swap the path meanwhile.
    virtual Result<> bind(const std::filesystem::path &source, const std::filesystem::path &target) = 0;
    /// The device holds a file system already.
    virtual Result<> mountDevice(const DeviceMount &mount, const std::filesystem::path &target) = 0;
    virtual Result<> unmount(const std::filesystem::path &target) = 0;
    /// Mount points at or below the folder, deepest first.
    virtual Result<std::vector<std::filesystem::path>> mountsBelow(const std::filesystem::path &folder) const = 0;
};

Mounter &systemMounter();

} // namespace coracle::kubelet
