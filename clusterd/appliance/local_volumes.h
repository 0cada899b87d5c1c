#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/image_use.h"

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coracle::appliance {

/// A local-path volume of this node: a PersistentVolume in the folder of volumes, or a directory there that none means.
struct LocalVolume {
    std::string name;
    std::filesystem::path path;
    std::string phase, storageClass;
    int64_t capacityBytes = 0;
    std::optional<PodName> claim; ///< namespace and name
    std::vector<PodName> pods;    ///< that use the claim
    bool orphaned = false;

    boost::json::object json(std::optional<uint64_t> usedBytes) const;
};

/// By name. The directories are those that are in the folder.
std::vector<LocalVolume> localVolumes(const apiserver::Reader &reader, const std::filesystem::path &folder,
                                      const std::vector<std::filesystem::path> &directories);

/// The directories that are in the folder of volumes.
std::vector<std::filesystem::path> volumeDirectories(const std::filesystem::path &folder);

} // namespace coracle::appliance
