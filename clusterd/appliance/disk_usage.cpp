#include "clusterd/appliance/disk_usage.h"

#include "core/base/files.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <charconv>
#include <map>
#include <sstream>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr size_t kMountInfoMax = 4u << 20;
constexpr uint64_t kBlock = 512; // of st_blocks, whatever the file system's are

/// "\040" is how the kernel writes a space.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
        int code = 0;
        const char *begin = text.data() + i + 1;
        if (text[i] == '\\' && i + 3 < text.size() && std::from_chars(begin, begin + 3, code, 8).ptr == begin + 3) {
            plain += static_cast<char>(code);
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

/// The nearest folder upwards that is there.
fs::path existing(fs::path path) {
    std::error_code error;
    while (!fs::exists(path, error) && path.has_relative_path())
        path = path.parent_path();
    const fs::path real = fs::canonical(path, error);
    return error ? path : real;
}

json::object describe(const Mount &mount, const struct statvfs &disk) {
    const uint64_t block = disk.f_frsize;
    return {{"device", mount.device},
            {"mountPoint", mount.point},
            {"fileSystem", mount.type},
            {"sizeBytes", disk.f_blocks * block},
            {"availableBytes", disk.f_bavail * block},
            {"inodes", disk.f_files},
            {"inodesFree", disk.f_ffree},
            {"readOnly", mount.readOnly || (disk.f_flag & ST_RDONLY) != 0},
            {"holds", json::array()}};
}

} // namespace

bool isWithin(const fs::path &path, const fs::path &folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

std::optional<Mount> findMount(std::string_view mountInfo, const fs::path &path) {
    std::optional<Mount> best;
    std::istringstream lines{std::string(mountInfo)};
    for (std::string line; std::getline(lines, line);) {
        // id parent major:minor root point options [fields...] - type source super-options
        std::istringstream words(line);
        std::string id, parent, device, root, point, options, word;
        words >> id >> parent >> device >> root >> point >> options;
        while (words >> word && word != "-") {
        }
        Mount mount{.point = unescaped(point), .readOnly = options == "ro" || options.starts_with("ro,")};
        words >> mount.type >> mount.device;
        mount.device = unescaped(mount.device);
        const bool nearer = !best || mount.point.size() >= best->point.size();
        if (words && isWithin(path, mount.point) && nearer)
            best = std::move(mount);
    }
    return best;
}

json::array describeDisks(const std::vector<std::pair<std::string, fs::path>> &folders) {
    const auto mountInfo = readFile("/proc/self/mountinfo", kMountInfoMax);
    std::map<std::string, json::object> disks; // by mount point
    for (const auto &[what, folder] : folders) {
        const fs::path place = existing(folder);
        const auto mount = findMount(mountInfo.value_or(""), place);
        struct statvfs disk{};
        if (!mount || ::statvfs(place.c_str(), &disk) != 0)
            continue;
        auto [entry, added] = disks.try_emplace(mount->point);
        if (added)
            entry->second = describe(*mount, disk);
        entry->second["holds"].get_array().emplace_back(what);
    }
    json::array all;
    for (auto &[point, disk] : disks)
        all.push_back(std::move(disk));
    return all;
}

uint64_t folderBytes(const fs::path &folder, const Ended &ended, const std::vector<fs::path> &leftOut) {
    struct stat top{};
    if (::lstat(folder.c_str(), &top) != 0)
        return 0;
    uint64_t sum = static_cast<uint64_t>(top.st_blocks) * kBlock;
    if (!S_ISDIR(top.st_mode))
        return sum;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
         !error && entry != fs::recursive_directory_iterator() && !ended; entry.increment(error)) {
        struct stat info{};
        if (::lstat(entry->path().c_str(), &info) != 0)
            continue;
        const bool counts = info.st_dev == top.st_dev && std::ranges::find(leftOut, entry->path()) == leftOut.end();
        if (!counts && S_ISDIR(info.st_mode))
            entry.disable_recursion_pending();
        // A file with several names counts in parts.
        if (counts)
            sum += static_cast<uint64_t>(info.st_blocks) * kBlock /
                   std::max<nlink_t>(S_ISDIR(info.st_mode) ? 1 : info.st_nlink, 1);
    }
    return sum;
}

} // namespace coracle::appliance
