#include "clusterd/appliance/file_handle.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace coracle::appliance {

namespace fs = std::filesystem;

namespace {

constexpr int kInsufficientStorage = 507;
constexpr uint64_t kRoomKept = 64u << 20; ///< for the daemon's own writes

} // namespace

Result<FileHandle> FileHandle::openWith(const fs::path &path, int flags, unsigned mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot open {}", path.string()), errno);
    FileHandle handle(fd, path.string());
    struct stat info{};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return errors::other(fmt::format("{} is no regular file", path.string()));
    return handle;
}

Result<FileHandle> FileHandle::open(const fs::path &path) {
    return openWith(path, O_RDONLY, 0);
}

Result<FileHandle> FileHandle::create(const fs::path &path, unsigned mode) {
    return openWith(path, O_WRONLY | O_CREAT | O_EXCL, mode);
}

Result<FileHandle> FileHandle::append(const fs::path &path) {
    return openWith(path, O_WRONLY | O_APPEND, 0);
}

FileHandle &FileHandle::operator=(FileHandle &&other) noexcept {
    std::swap(m_fd, other.m_fd);
    std::swap(m_path, other.m_path);
    return *this;
}

FileHandle::~FileHandle() {
    if (m_fd >= 0)
        ::close(m_fd);
}

uint64_t FileHandle::size() const {
    struct stat info{};
    return ::fstat(m_fd, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

Result<size_t> FileHandle::read(char *buffer, size_t size) const {
    ssize_t got = -1;
    do
        got = ::read(m_fd, buffer, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errors::fromErrno(fmt::format("cannot read {}", m_path), errno);
    return static_cast<size_t>(got);
}

Result<> FileHandle::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errors::fromErrno(fmt::format("cannot write {}", m_path), errno);
        bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
}

Result<> FileHandle::sync() const {
    if (::fsync(m_fd) != 0)
        return errors::fromErrno(fmt::format("cannot write {}", m_path), errno);
    return {};
}

Result<> syncFolder(const fs::path &folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot open {}", folder.string()), errno);
    const bool synced = ::fsync(fd) == 0;
    const int error = errno;
    ::close(fd);
    if (!synced)
        return errors::fromErrno(fmt::format("cannot write {}", folder.string()), error);
    return {};
}

Result<> syncTree(const fs::path &folder) {
    std::error_code error;
    for (const auto &entry : fs::recursive_directory_iterator(folder, error)) {
        if (entry.is_symlink())
            continue;
        if (entry.is_directory()) {
            CHECK(syncFolder(entry.path()));
        } else {
            TRY(const FileHandle file, FileHandle::open(entry.path()));
            CHECK(file.sync());
        }
    }
    if (error)
        return errors::other(fmt::format("cannot read {}: {}", folder.string(), error.message()));
    return syncFolder(folder);
}

Result<> checkRoom(const fs::path &folder, uint64_t bytes) {
    struct statvfs disk{};
    if (::statvfs(folder.c_str(), &disk) != 0)
        return errors::fromErrno(fmt::format("cannot look at {}", folder.string()), errno);
    const uint64_t free = uint64_t(disk.f_bavail) * disk.f_frsize;
    if (free >= bytes + kRoomKept)
        return {};
    return Failure(Status{.code = kInsufficientStorage,
                          .reason = "InsufficientStorage",
                          .message = fmt::format("{} MiB are needed in {}, but only {} MiB are free; make room first",
                                                 (bytes + kRoomKept) >> 20, folder.string(), free >> 20)});
}

} // namespace coracle::appliance
