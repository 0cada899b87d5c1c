#include "clusterd/kubelet/volumes/sub_path.h"

#include "clusterd/kubelet/volumes/descriptor.h"
#include "core/base/files.h"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

int openBeneath(int folder, const char *path, uint64_t flags) {
    return openBelow(folder, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

/// Opens the path; folders that are missing are made, with the mode of the volume itself.
Result<Descriptor> openOrMake(const fs::path &volume, const std::string &subPath) {
    Descriptor root(::open(volume.c_str(), O_PATH | O_CLOEXEC));
    struct stat info{};
    if (root.get() < 0 || ::fstat(root.get(), &info) != 0)
        return errors::fromErrno(fmt::format("cannot open volume {}", volume.string()), errno);
    if (int fd = openBeneath(root.get(), subPath.c_str(), O_PATH); fd >= 0)
        return Descriptor(fd);
    if (errno != ENOENT)
        return errors::fromErrno(fmt::format("subpath \"{}\" cannot be opened within its volume", subPath), errno);
    Descriptor current(::dup(root.get()));
    for (const auto &part : fs::path(subPath)) {
        if (part.empty() || part == ".")
            continue;
        Descriptor next(openBeneath(current.get(), part.c_str(), O_PATH));
        if (next.get() < 0) {
            if (::mkdirat(current.get(), part.c_str(), info.st_mode & 07777) != 0 && errno != EEXIST)
                return errors::fromErrno(fmt::format("cannot create subpath \"{}\"", subPath), errno);
            ::fchmodat(current.get(), part.c_str(), info.st_mode & 07777, 0);
            (void)::fchownat(current.get(), part.c_str(), info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW);
            next = Descriptor(openBeneath(current.get(), part.c_str(), O_PATH));
            if (next.get() < 0)
                return errors::fromErrno(fmt::format("cannot open subpath \"{}\"", subPath), errno);
        }
        current = std::move(next);
    }
    return current;
}

} // namespace

Result<> bindSubPath(Mounter &mounter, const fs::path &volume, const std::string &subPath, const fs::path &target) {
    if (subPath.starts_with('/'))
        return errors::other(fmt::format("error SubPath `{}` must not be an absolute path", subPath));
    for (const auto &part : fs::path(subPath))
        if (part == "..")
            return errors::other(fmt::format("error SubPath `{}` must not contain '..'", subPath));
    TRY(auto source, openOrMake(volume, subPath));
    struct stat info{};
    if (::fstat(source.get(), &info) != 0)
        return errors::fromErrno("fstat", errno);
    CHECK(makeFolder(target.parent_path()));
    // What a container that is gone had here; the new one gets the path's present state.
    CHECK(mounter.unmount(target));
    if (S_ISDIR(info.st_mode)) {
        CHECK(makeFolder(target));
    } else {
        int fd = ::open(target.c_str(), O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (fd < 0)
            return errors::fromErrno(fmt::format("cannot create {}", target.string()), errno);
        ::close(fd);
    }
    return mounter.bind(fmt::format("/proc/self/fd/{}", source.get()), target);
}

} // namespace coracle::kubelet
