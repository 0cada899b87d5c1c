#include "clusterd/kubelet/volumes/local_directory.h"

#include "clusterd/kubelet/volumes/descriptor.h"
#include "core/base/files.h"

#include <cerrno>
#include <dirent.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <vector>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

constexpr int kDepthMax = 32; // deeper folders are moved up, so that few files are open at a time
constexpr uint64_t kStay = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
constexpr uint64_t kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

using Folder = std::unique_ptr<DIR, decltype(&::closedir)>;

Failure failed(std::string_view what, const fs::path &path) {
    return errors::fromErrno(fmt::format("{} {}", what, path.string()), errno);
}

Result<> checkName(const fs::path &path) {
    const std::string name = path.filename().string();
    if (!path.is_absolute() || name.empty() || name == "." || name == ".." || path.parent_path() == "/")
        return errors::other(fmt::format("{} cannot be the directory of a local volume", path.string()));
    return {};
}

/// Empties one directory tree, a bounded number of entries at a time.
class Emptying {
public:
    Emptying(int top, int entriesMax) : m_top(top), m_left(entriesMax) {}

    /// True when nothing is left in the folder; the descriptor is taken over.
    Result<bool> empty(int fd, int depth) {
        Folder folder(::fdopendir(fd), ::closedir);
        if (!folder) {
            ::close(fd);
            return errors::fromErrno("cannot read a folder of the volume", errno);
        }
        while (const dirent *entry = next(folder.get())) {
            TRY(const bool gone, remove(::dirfd(folder.get()), entry->d_name, depth));
            if (!gone)
                return false;
        }
        return true;
    }
    /// There is more in the top folder than was read.
    bool movedUp() const { return m_movedUp; }

private:
    static const dirent *next(DIR *folder) {
        const dirent *entry = ::readdir(folder);
        while (entry && (std::string_view(entry->d_name) == "." || std::string_view(entry->d_name) == ".."))
            entry = ::readdir(folder);
        return entry;
    }

    Result<bool> remove(int folder, const char *name, int depth) {
        if (m_left-- <= 0)
            return false;
        if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT)
            return true;
        const int why = errno;
        const int inside = why == EISDIR || why == EPERM ? openBelow(folder, name, kFolder, kStay) : -1;
        if (inside < 0) {
            if (why == EISDIR && errno == EXDEV)
                return errors::other(fmt::format("\"{}\" is a mount point; unmount it", name));
            return errors::fromErrno(fmt::format("cannot remove \"{}\"", name), why == EISDIR ? errno : why);
        }
        if (depth >= kDepthMax)
            return moveUp(folder, name, inside);
        TRY(const bool empty, this->empty(inside, depth + 1));
        if (!empty)
            return false;
        if (::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return true;
        if (errno == ENOTEMPTY) // what is removed while a folder is read may hide other entries from the reader
            return false;
        return errors::fromErrno(fmt::format("cannot remove \"{}\"", name), errno);
    }

    /// Its turn comes when the top folder is read again.
    Result<bool> moveUp(int folder, const char *name, int inside) {
        struct stat info{};
        const bool known = ::fstat(inside, &info) == 0;
        ::close(inside);
        const std::string target = fmt::format(".removed-{}", known ? info.st_ino : 0);
        if (!known || ::renameat(folder, name, m_top, target.c_str()) != 0)
            return errors::fromErrno(fmt::format("cannot move \"{}\"", name), errno);
        m_movedUp = true;
        return true;
    }

    int m_top;
    int m_left;
    bool m_movedUp = false;
};

} // namespace

Result<> makeLocalDirectory(const fs::path &path) {
    CHECK(checkName(path));
    // The parent keeps everybody out of others' volumes; pods get theirs by a mount.
    CHECK(makeFolder(path.parent_path(), 0700));
    const Descriptor parent(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent)
        return failed("cannot open", path.parent_path());
    const std::string name = path.filename().string();
    const bool made = ::mkdirat(parent.get(), name.c_str(), 0777) == 0;
    if (!made && errno != EEXIST)
        return failed("cannot make", path);
    const Descriptor folder(openBelow(parent.get(), name.c_str(), kFolder, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
    if (!folder)
        return failed("something else is at the place of", path);
    if (made && (::fchmod(folder.get(), 0777) != 0 || ::fsync(parent.get()) != 0)) // whatever the umask
        return failed("cannot open to all", path);
    return {};
}

Result<bool> removeLocalDirectory(const fs::path &path, int entriesMax) {
    CHECK(checkName(path));
    const Descriptor parent(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent) {
        if (errno == ENOENT)
            return true;
        return failed("cannot open", path.parent_path());
    }
    const std::string name = path.filename().string();
    const int top = openBelow(parent.get(), name.c_str(), kFolder, kStay);
    if (top < 0) {
        if (errno == ENOENT)
            return true;
        return failed("cannot remove", path);
    }
    const Descriptor kept(::dup(top));
    Emptying emptying(kept.get(), entriesMax);
    auto empty = emptying.empty(top, 0);
    if (!empty)
        return std::unexpected(withContext(fmt::format("cannot remove {}", path.string()), std::move(empty).error()));
    if (!*empty || emptying.movedUp())
        return false;
    if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    if (errno == ENOTEMPTY) // somebody wrote into it meanwhile
        return false;
    return failed("cannot remove", path);
}

} // namespace coracle::kubelet
