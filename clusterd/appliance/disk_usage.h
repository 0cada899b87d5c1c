#pragma once

#include "clusterd/appliance/worker.h"

#include <boost/json/array.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What lies on the machine's disks. Measuring folders blocks.
namespace coracle::appliance {

/// Whether the path is the folder or lies below it, by the names alone.
bool isWithin(const std::filesystem::path &path, const std::filesystem::path &folder);

/// A mounted file system.
struct Mount {
    std::string device, point, type;
    bool readOnly = false;
};

/// Of /proc/self/mountinfo: the one that holds an absolute path; later mounts hide earlier ones. Nothing when the text
/// knows none.
std::optional<Mount> findMount(std::string_view mountInfo, const std::filesystem::path &path);

/// The API's Disks: the file systems that hold the folders, each once, with what it holds. A folder that is not there
/// counts where its parent is.
boost::json::array describeDisks(const std::vector<std::pair<std::string, std::filesystem::path>> &folders);

/// What files take up below a folder, by their blocks; links are not followed, other file systems and the folders that
/// are left out do not count. What goes meanwhile does not matter. A file counts by itself.
uint64_t folderBytes(const std::filesystem::path &folder, const Ended &ended,
                     const std::vector<std::filesystem::path> &leftOut = {});

} // namespace coracle::appliance
