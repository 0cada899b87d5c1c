#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a node measures of itself, its pods and their containers.
namespace coracle::kubelet {

struct CpuStats {
    uint64_t usageNanoseconds = 0;          ///< since the start
    std::optional<uint64_t> usageNanoCores; ///< since the measurement before; absent for the first one
};

struct MemoryStats {
    uint64_t usageBytes = 0, workingSetBytes = 0, rssBytes = 0;
    uint64_t pageFaults = 0, majorPageFaults = 0;
    std::optional<uint64_t> availableBytes; ///< below the limit, where there is one
};

/// What is used of a file system that others use too.
struct FsStats {
    uint64_t usedBytes = 0, inodesUsed = 0;
};

struct InterfaceStats {
    std::string name;
    uint64_t rxBytes = 0, rxErrors = 0, txBytes = 0, txErrors = 0;
};

struct ContainerUse {
    std::string name, id, image;
    std::string cgroup; ///< its path; empty when the runtime told instead
    WallTime started;
    CpuStats cpu;
    MemoryStats memory;
    FsStats rootfs, logs; ///< with Detail::Everything only
};

struct PodUse {
    std::string name, namespaceName, uid;
    std::string cgroup;
    std::optional<WallTime> started;
    CpuStats cpu;
    MemoryStats memory;
    std::vector<ContainerUse> containers;
    std::vector<InterfaceStats> network; ///< with Detail::Everything; empty for pods on the node's network
};

/// Where the runtime keeps images, and what they take.
struct ImageFsStats {
    std::string mountpoint;
    FsStats used;
};

struct NodeUse {
    WallTime time; ///< of all of it
    CpuStats cpu;
    MemoryStats memory;
    std::vector<InterfaceStats> network; ///< the interface of the default route first; with Detail::Everything
    std::optional<ImageFsStats> imageFs; ///< with Detail::Everything, where the runtime tells it
    std::vector<PodUse> pods;
};

enum class Detail : uint8_t { CpuAndMemory, Everything };

} // namespace coracle::kubelet
