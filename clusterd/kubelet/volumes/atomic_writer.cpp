#include "clusterd/kubelet/volumes/atomic_writer.h"

#include "core/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

constexpr const char *kData = "..data", *kDataNew = "..data_tmp";

Result<> checkPath(const std::string &path) {
    if (path.empty() || path.front() == '/')
        return errors::other(fmt::format("invalid path: must be relative path: {}", path));
    for (const auto &part : fs::path(path))
        if (part == "..")
            return errors::other(fmt::format("invalid path: must not contain '..': {}", path));
    if (path.starts_with(".."))
        return errors::other(fmt::format("invalid path: must not start with '..': {}", path));
    return {};
}

Result<> writeOne(const fs::path &file, const PayloadFile &entry, std::optional<gid_t> fsGroup) {
    int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot create {}", file.string()), errno);
    auto step = [&]() -> Result<> {
        for (std::string_view rest = entry.content; !rest.empty();) {
            ssize_t written = ::write(fd, rest.data(), rest.size());
            if (written < 0)
                return errors::fromErrno(fmt::format("cannot write {}", file.string()), errno);
            rest.remove_prefix(static_cast<size_t>(written));
        }
        if ((entry.owner || fsGroup) &&
            ::fchown(fd, entry.owner ? *entry.owner : uid_t(-1), fsGroup ? *fsGroup : gid_t(-1)) != 0)
            return errors::fromErrno(fmt::format("cannot change the owner of {}", file.string()), errno);
        // fsGroup's members may read what the volume's mode keeps from others.
        if (::fchmod(fd, entry.mode | (fsGroup ? 0440 : 0)) != 0)
            return errors::fromErrno(fmt::format("cannot change the mode of {}", file.string()), errno);
        return {};
    };
    auto result = step();
    ::close(fd);
    return result;
}

/// What the folder shows now; nothing when it differs in a way that a comparison need not tell.
bool unchanged(const fs::path &data, const Payload &payload, std::optional<gid_t> fsGroup) {
    std::error_code error;
    size_t files = 0;
    for (fs::recursive_directory_iterator it(data, error), end; !error && it != end; it.increment(error)) {
        if (it->is_directory(error))
            continue;
        auto entry = payload.find(fs::relative(it->path(), data, error).string());
        struct stat info{};
        if (entry == payload.end() || ::lstat(it->path().c_str(), &info) != 0)
            return false;
        auto content = readFile(it->path());
        mode_t mode = entry->second.mode | (fsGroup ? 0440 : 0);
        if (!content || *content != entry->second.content || (info.st_mode & 07777) != mode)
            return false;
        ++files;
    }
    return !error && files == payload.size() && fs::exists(data, error);
}

Result<> makeParents(const fs::path &folder, const fs::path &relative, std::optional<gid_t> fsGroup) {
    fs::path current = folder;
    for (const auto &part : relative) {
        current /= part;
        CHECK(makeFolder(current));
        if (fsGroup && (::chown(current.c_str(), uid_t(-1), *fsGroup) != 0 || ::chmod(current.c_str(), 02775) != 0))
            return errors::fromErrno(fmt::format("cannot change the group of {}", current.string()), errno);
    }
    return {};
}

/// Visible names become links through ..data; names that the payload no longer has go away.
Result<> linkNames(const fs::path &folder, const Payload &payload) {
    std::set<std::string> names;
    for (const auto &[path, file] : payload)
        names.insert(fs::path(path).begin()->string());
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error)) {
        std::string name = entry.path().filename();
        if (!name.starts_with("..") && !names.contains(name))
            ::unlink(entry.path().c_str());
    }
    for (const auto &name : names)
        if (::symlink((fs::path(kData) / name).c_str(), (folder / name).c_str()) != 0 && errno != EEXIST)
            return errors::fromErrno(fmt::format("cannot create {}", (folder / name).string()), errno);
    return {};
}

} // namespace

Result<> writePayload(const fs::path &folder, const Payload &payload, std::optional<gid_t> fsGroup, Random &random) {
    for (const auto &[path, file] : payload)
        CHECK(checkPath(path));
    std::error_code error;
    fs::path before = fs::read_symlink(folder / kData, error);
    if (!error && unchanged(folder / before, payload, fsGroup))
        return linkNames(folder, payload);

    std::string name = fmt::format("..{:016x}", random.next());
    fs::path fresh = folder / name;
    CHECK(makeFolder(fresh));
    CHECK(makeParents(folder, name, fsGroup));
    for (const auto &[path, file] : payload) {
        CHECK(makeParents(fresh, fs::path(path).parent_path(), fsGroup));
        CHECK(writeOne(fresh / path, file, fsGroup));
    }
    fs::remove(folder / kDataNew, error);
    if (::symlink(name.c_str(), (folder / kDataNew).c_str()) != 0 ||
        ::rename((folder / kDataNew).c_str(), (folder / kData).c_str()) != 0)
        return errors::fromErrno(fmt::format("cannot replace {}", (folder / kData).string()), errno);
    CHECK(linkNames(folder, payload));
    // What earlier runs left, also those that were killed half-way.
    for (const auto &entry : fs::directory_iterator(folder, error))
        if (std::string old = entry.path().filename(); old.starts_with("..") && old != kData && old != name &&
                                                       entry.is_directory(error) && !entry.is_symlink(error))
            fs::remove_all(entry.path(), error);
    return {};
}

} // namespace coracle::kubelet
