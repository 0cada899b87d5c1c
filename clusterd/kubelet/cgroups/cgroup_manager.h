#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace coracle::kubelet {

struct CgroupValues {
    uint64_t cpuShares = 0; ///< 0: leave
    int64_t cpuQuota = 0;   ///< microseconds in a period; 0: no limit
    int64_t memoryLimitBytes = 0;
};

struct CgroupUsage {
    uint64_t cpuNanoseconds = 0;
    uint64_t memoryUsageBytes = 0, memoryWorkingSetBytes = 0, memoryRssBytes = 0;
    uint64_t pageFaults = 0, majorPageFaults = 0;
};

/// Control groups by path from the hierarchy's root ("/kubepods/burstable/pod..."), whatever version the kernel has
/// mounted. Calls are short file operations and idempotent.
class CgroupManager {
public:
    enum class Version { V1, V2 };

    virtual ~CgroupManager() = default;
    virtual Version version() const = 0;
    /// Makes the group with its parents, or brings an existing one to these values.
    virtual Result<> ensure(const std::string &path, const CgroupValues &values) = 0;
    /// Removes the group and everything below it; processes in it are killed first. A missing group is fine.
    virtual Result<> remove(const std::string &path) = 0;
    /// The names of the groups directly below.
    virtual std::vector<std::string> children(const std::string &path) const = 0;
    /// Nothing when there is no such group.
    virtual std::optional<CgroupUsage> usage(const std::string &path) const = 0;
    /// The group's own processes, without those of groups below.
    virtual std::vector<pid_t> processes(const std::string &path) const = 0;

    /// What is mounted at /sys/fs/cgroup: v2, or v1 (also in the hybrid layout, where the v2 tree has no controllers).
    static Result<std::unique_ptr<CgroupManager>>
    create(const std::filesystem::path &mountInfo = "/proc/self/mountinfo");
};

} // namespace coracle::kubelet
