#include "clusterd/cluster/process.h"

#include "core/base/log.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <future>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <linux/close_range.h>

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

struct EndSignals::State {
    std::promise<int> first;
    std::atomic_flag ended;

    void end(int number) {
        if (!ended.test_and_set())
            first.set_value(number);
    }
};

EndSignals::EndSignals() : m_state(std::make_shared<State>()) {
    const sigset_t set = endSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // Detached: it waits for signals as long as the process lives.
    std::thread([set, state = m_state] {
        int number = 0;
        ::sigwait(&set, &number);
        state->end(number);
        ::sigwait(&set, &number);
        log::warning("cluster", "second signal: ending at once");
        ::_exit(kExitForced);
    }).detach();
}

int EndSignals::wait() {
    return m_state->first.get_future().get();
}

void EndSignals::restart() {
    m_state->end(0);
}

Status executeAgain(const std::filesystem::path &executable, const std::vector<std::string> &arguments) {
    std::vector<char *> given;
    for (const std::string &argument : arguments)
        given.push_back(const_cast<char *>(argument.c_str())); // execv() does not write to them
    given.push_back(nullptr);
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execv(executable.c_str(), given.data());
    return errors::fromErrno(fmt::format("cannot start {} again", executable.string()), errno).error();
}

} // namespace coracle::cluster
