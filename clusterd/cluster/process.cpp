#include "clusterd/cluster/process.h"

#include "core/base/log.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace coracle::cluster {

namespace {

constexpr int kExitForced = 130;

sigset_t endSignals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

void notifyServiceManager(std::string_view state) {
    const char *path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const size_t length = path ? std::strlen(path) : 0;
    if (length == 0 || length >= sizeof address.sun_path)
        return;
    std::memcpy(address.sun_path, path, length);
    if (address.sun_path[0] == '@') // the abstract name space
        address.sun_path[0] = 0;
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr *>(&address), size) < 0)
        log::warning("cluster", "cannot notify the service manager: {}", std::strerror(errno));
    ::close(fd);
}

Result<> prepareProcess(const config::LogConfig &config) {
    ::signal(SIGPIPE, SIG_IGN);
    log::configure(config.debug ? log::Level::Debug : log::Level::Info,
                   config.json ? log::Format::Json : log::Format::Text);
    if (config.file.empty())
        return {};
    const int fd = ::open(config.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return errors::fromErrno(fmt::format("--log: cannot open {}", config.file.string()), errno);
    ::dup2(fd, STDERR_FILENO);
    ::close(fd);
    return {};
}

EndSignals::EndSignals() {
    const sigset_t set = endSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::promise<int> promise;
    m_first = promise.get_future();
    // Detached: it waits for signals as long as the process lives.
    std::thread([set, promise = std::move(promise)]() mutable {
        int number = 0;
        ::sigwait(&set, &number);
        promise.set_value(number);
        ::sigwait(&set, &number);
        log::warning("cluster", "second signal: ending at once");
        ::_exit(kExitForced);
    }).detach();
}

int EndSignals::wait() {
    return m_first.get();
}

} // namespace coracle::cluster
