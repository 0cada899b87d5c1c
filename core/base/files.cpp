#include "core/base/files.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace coracle {

namespace fs = std::filesystem;

namespace {

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : m_fd(fd) {}
    FileDescriptor(const FileDescriptor &) = delete;
    FileDescriptor &operator=(const FileDescriptor &) = delete;
    ~FileDescriptor() {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    int get() const { return m_fd; }

private:
    int m_fd;
};

Result<> writeAll(int fd, std::string_view content, const fs::path &path) {
    while (!content.empty()) {
        ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errors::fromErrno(fmt::format("cannot write {}", path.string()), errno);
        content.remove_prefix(static_cast<size_t>(written));
    }
    return {};
}

Result<> syncFolder(const fs::path &folder) {
    FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0)
        return errors::fromErrno(fmt::format("cannot sync folder {}", folder.string()), errno);
    return {};
}

} // namespace

Result<std::string> readFile(const fs::path &path, size_t bytesMax) {
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0)
        return errors::fromErrno(fmt::format("cannot open {}", path.string()), errno);
    std::string content;
    char buffer[16384];
    for (;;) {
        ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errors::fromErrno(fmt::format("cannot read {}", path.string()), errno);
        if (got == 0)
            return content;
        content.append(buffer, static_cast<size_t>(got));
        if (content.size() > bytesMax)
            return errors::other(fmt::format("{} is larger than {} bytes", path.string(), bytesMax));
    }
}

Result<> writeFileAtomic(const fs::path &path, std::string_view content, mode_t mode) {
    std::string temporary = path.string() + ".XXXXXX";
    FileDescriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (fd.get() < 0)
        return errors::fromErrno(fmt::format("cannot create a file beside {}", path.string()), errno);
    auto failed = [&](Status status) {
        ::unlink(temporary.c_str());
        return Failure(std::move(status));
    };
    if (::fchmod(fd.get(), mode) != 0)
        return failed(errors::fromErrno(fmt::format("cannot set the mode of {}", path.string()), errno).error());
    if (auto written = writeAll(fd.get(), content, path); !written)
        return failed(std::move(written).error());
    if (::fsync(fd.get()) != 0)
        return failed(errors::fromErrno(fmt::format("cannot sync {}", path.string()), errno).error());
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        return failed(errors::fromErrno(fmt::format("cannot replace {}", path.string()), errno).error());
    return syncFolder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Result<> makeFolder(const fs::path &path, mode_t mode) {
    std::error_code error;
    if (fs::is_directory(path, error))
        return {};
    if (path.has_parent_path())
        fs::create_directories(path.parent_path(), error);
    if (!error && ::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        error = std::error_code(errno, std::generic_category());
    if (error)
        return errors::other(fmt::format("cannot create folder {}: {}", path.string(), error.message()));
    return {};
}

} // namespace coracle
