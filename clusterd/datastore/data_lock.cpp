#include "clusterd/datastore/data_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace coracle::datastore {

DataLock::DataLock(DataLock &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}

DataLock &DataLock::operator=(DataLock &&other) noexcept {
    std::swap(m_fd, other.m_fd);
    return *this;
}

DataLock::~DataLock() {
    if (m_fd >= 0)
        ::close(m_fd);
}

Result<DataLock> DataLock::acquire(const std::filesystem::path &path) {
    DataLock lock;
    lock.m_fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.m_fd < 0)
        return errors::fromErrno(fmt::format("datastore: cannot open the lock file {}", path.string()), errno);
    if (::flock(lock.m_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return errors::fromErrno(fmt::format("datastore: cannot lock {}", path.string()), errno);
        char text[32] = {};
        const ssize_t got = ::pread(lock.m_fd, text, sizeof text - 1, 0);
        std::string owner(text, got > 0 ? static_cast<size_t>(got) : 0);
        owner.erase(std::min(owner.find('\n'), owner.size()));
        return errors::other(fmt::format("datastore {} is in use by process {}; end that process first or choose "
                                         "another data folder",
                                         path.parent_path().string(), owner.empty() ? "(unknown)" : owner));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    // A full disk must not keep the daemon from starting: the pid only serves the message above.
    if (::ftruncate(lock.m_fd, 0) == 0)
        (void)!::pwrite(lock.m_fd, pid.data(), pid.size(), 0);
    return lock;
}

} // namespace coracle::datastore
