#pragma once

#include "core/api/quantity.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace coracle::kubelet {

/// What the machine is.
struct MachineInfo {
    int cpus = 1;
    int64_t memoryBytes = 0;
    std::map<std::string, int64_t> hugepagesBytes; ///< by size as resources name it ("2Mi"): total bytes
    std::string machineId, systemUuid, bootId, kernelVersion, osImage, architecture; ///< architecture as Go names it
};
MachineInfo readMachineInfo();

/// A file system's size and use.
struct DiskUsage {
    uint64_t capacityBytes = 0, availableBytes = 0, inodes = 0, inodesFree = 0;
};
DiskUsage diskUsage(const std::filesystem::path &path);

struct MemoryUsage {
    uint64_t totalBytes = 0, availableBytes = 0;
};
MemoryUsage memoryUsage();

/// Processes now and at most.
struct PidUsage {
    int64_t running = 0, most = 0;
};
PidUsage pidUsage();

/// The addresses that the default routes leave from (IPv4, IPv6); the first global address where there is no route.
std::vector<std::string> defaultAddresses();

} // namespace coracle::kubelet
