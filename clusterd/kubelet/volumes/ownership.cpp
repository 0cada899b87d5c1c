#include "clusterd/kubelet/volumes/ownership.h"

#include "clusterd/kubelet/volumes/descriptor.h"

#include <cerrno>
#include <dirent.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <vector>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr mode_t kFileBits = 0660, kFolderBits = 02770;
constexpr int kEntriesAtOnce = 1000;
constexpr size_t kDepthMax = 200; // open folders
constexpr uint64_t kStay = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;

using Folder = std::unique_ptr<DIR, decltype(&::closedir)>;

mode_t wantedBits(const struct stat &info) {
    return S_ISDIR(info.st_mode) ? kFolderBits : kFileBits;
}

/// The descriptor may be one of O_PATH.
Result<> give(int fd, const struct stat &info, gid_t group) {
    const std::string path = fmt::format("/proc/self/fd/{}", fd);
    // Before the mode, because the kernel clears the set-group-ID bit when the owner changes.
    if (info.st_gid != group && ::chown(path.c_str(), uid_t(-1), group) != 0)
        return errors::fromErrno("cannot change the group", errno);
    const mode_t mode = (info.st_mode | wantedBits(info)) & 07777;
    if (((info.st_mode & 07777) != mode || info.st_gid != group) && ::chmod(path.c_str(), mode) != 0)
        return errors::fromErrno("cannot change the mode", errno);
    return {};
}

/// A walk through a volume that can be stopped at any entry.
class Walk {
public:
    explicit Walk(gid_t group) : m_group(group) {}

    Result<> begin(const std::filesystem::path &volume) {
        const int fd = ::open(volume.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return errors::fromErrno("cannot open the volume", errno);
        return enter(fd);
    }

    /// True when everything is done.
    Result<bool> step(int entriesMax) {
        for (; !m_folders.empty(); --entriesMax) {
            if (entriesMax <= 0)
                return false;
            const dirent *entry = ::readdir(m_folders.back().get());
            if (!entry) {
                m_folders.pop_back();
                continue;
            }
            const std::string_view name(entry->d_name);
            if (name != "." && name != "..")
                CHECK(visit(::dirfd(m_folders.back().get()), entry->d_name));
        }
        return true;
    }

private:
    Result<> enter(int fd) {
        struct stat info{};
        Folder folder(::fdopendir(fd), ::closedir);
        if (!folder)
            ::close(fd);
        if (!folder || ::fstat(fd, &info) != 0)
            return errors::fromErrno("cannot read a folder", errno);
        CHECK(give(fd, info, m_group));
        if (m_folders.size() >= kDepthMax)
            return errors::other(fmt::format("folders are nested more than {} deep", kDepthMax));
        m_folders.push_back(std::move(folder));
        return {};
    }

    Result<> visit(int folder, const char *name) {
        const Descriptor entry(::openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
        struct stat info{};
        if (!entry || ::fstat(entry.get(), &info) != 0)
            return errno == ENOENT ? Result<>{} : errors::fromErrno(fmt::format("cannot open \"{}\"", name), errno);
        if (S_ISLNK(info.st_mode))
            return {};
        if (!S_ISDIR(info.st_mode))
            return give(entry.get(), info, m_group);
        const int inside = openBelow(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, kStay);
        if (inside < 0) // what is mounted there is not the volume's
            return errno == EXDEV || errno == ENOENT
                       ? Result<>{}
                       : errors::fromErrno(fmt::format("cannot open \"{}\"", name), errno);
        return enter(inside);
    }

    gid_t m_group;
    std::vector<Folder> m_folders;
};

bool isGivenAlready(const std::filesystem::path &volume, gid_t group) {
    struct stat info{};
    return ::stat(volume.c_str(), &info) == 0 && info.st_gid == group && (info.st_mode & kFolderBits) == kFolderBits;
}

} // namespace

Task<Result<>> applyFsGroup(Clock &clock, std::filesystem::path volume, gid_t group, std::string changePolicy) {
    if (changePolicy == "OnRootMismatch" && isGivenAlready(volume, group))
        co_return Result<>{};
    Walk walk(group);
    auto begun = walk.begin(volume);
    bool done = false;
    while (begun && !done) {
        auto stepped = walk.step(kEntriesAtOnce);
        if (!stepped) {
            begun = std::unexpected(std::move(stepped).error());
            break;
        }
        done = *stepped;
        if (!done) {
            CO_CHECK(co_await clock.sleep(1ms));
        }
    }
    if (!begun)
        co_return std::unexpected(
            withContext(fmt::format("applyFSGroup failed for {}", volume.string()), std::move(begun).error()));
    co_return Result<>{};
}

} // namespace coracle::kubelet
