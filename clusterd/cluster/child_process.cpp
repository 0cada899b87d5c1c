#include "clusterd/cluster/child_process.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coracle::cluster {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr size_t kOutputBytesMax = 64u << 10;

int openPidfd(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

std::vector<char *> pointers(const std::vector<std::string> &texts) {
    std::vector<char *> list;
    for (const std::string &text : texts)
        list.push_back(const_cast<char *>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

/// posix_spawn with our rules: own process group, default signals, no descriptors but 0 to 2.
class Spawner {
public:
    Spawner() {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawn_file_actions_addopen(&m_actions, 0, "/dev/null", O_RDONLY, 0);
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Spawner(const Spawner &) = delete;
    Spawner &operator=(const Spawner &) = delete;
    ~Spawner() {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    void outputToFile(const fs::path &file) {
        ::posix_spawn_file_actions_addopen(&m_actions, 1, file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
        ::posix_spawn_file_actions_adddup2(&m_actions, 1, 2);
    }
    void outputToDescriptor(int fd) {
        ::posix_spawn_file_actions_adddup2(&m_actions, fd, 1);
        ::posix_spawn_file_actions_adddup2(&m_actions, fd, 2);
    }
    Result<pid_t> spawn(const fs::path &program, const std::vector<std::string> &arguments,
                        const std::vector<std::string> &environment) {
        ::posix_spawn_file_actions_addclosefrom_np(&m_actions, 3);
        std::vector<std::string> full{program.string()};
        full.insert(full.end(), arguments.begin(), arguments.end());
        pid_t pid = 0;
        const int error = ::posix_spawn(&pid, program.c_str(), &m_actions, &m_attributes, pointers(full).data(),
                                        pointers(environment).data());
        if (error != 0)
            return errors::fromErrno(fmt::format("cannot start {}", program.string()), error);
        return pid;
    }

private:
    posix_spawn_file_actions_t m_actions;
    posix_spawnattr_t m_attributes;
};

std::string describe(const siginfo_t &info) {
    if (info.si_code == CLD_EXITED)
        return fmt::format("exited with code {}", info.si_status);
    return fmt::format("was killed by signal {} ({})", info.si_status, ::strsignal(info.si_status));
}

/// Collects a child that has ended; an adopted process has another parent, which does that.
std::string collect(int fd) {
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(fd), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
        return describe(info);
    return "ended";
}

std::string lastLines(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    constexpr size_t kLengthMax = 500;
    return text.size() > kLengthMax ? text.substr(text.size() - kLengthMax) : text;
}

Task<Result<>> readAll(asio::posix::stream_descriptor &from, std::string &output) {
    char buffer[4096];
    for (;;) {
        boost::system::error_code error;
        const size_t got =
            co_await from.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return Result<>();
        output.append(buffer, got);
        if (output.size() > kOutputBytesMax)
            output.erase(0, output.size() - kOutputBytesMax);
    }
}

} // namespace

Result<Process> Process::start(const Options &options) {
    Spawner spawner;
    spawner.outputToFile(options.output);
    TRY(const pid_t pid, spawner.spawn(options.program, options.arguments, options.environment));
    return adopt(pid);
}

Result<Process> Process::adopt(pid_t pid) {
    const int fd = openPidfd(pid);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot watch process {}", pid), errno);
    return Process(pid, fd);
}

Process::Process(Process &&other) noexcept : m_pid(other.m_pid), m_fd(std::exchange(other.m_fd, -1)) {}

Process &Process::operator=(Process &&other) noexcept {
    std::swap(m_pid, other.m_pid);
    std::swap(m_fd, other.m_fd);
    return *this;
}

Process::~Process() {
    if (m_fd >= 0)
        ::close(m_fd);
}

bool Process::running() const {
    pollfd ended{.fd = m_fd, .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) == 0;
}

void Process::signal(int number) const {
    ::syscall(SYS_pidfd_send_signal, m_fd, number, nullptr, 0);
}

Task<std::string> Process::ended() {
    // A duplicate: the descriptor object closes what it holds, and this object may go away while the task waits.
    asio::posix::stream_descriptor descriptor(co_await asio::this_coro::executor, ::fcntl(m_fd, F_DUPFD_CLOEXEC, 0));
    co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    co_return collect(descriptor.native_handle());
}

Task<> Process::terminate(Clock &clock, Duration patience) {
    using namespace asio::experimental::awaitable_operators;
    signal(SIGTERM);
    co_await (ended() || clock.sleep(patience));
    if (running()) {
        signal(SIGKILL);
        co_await ended();
    }
}

Task<Result<std::string>> runProgram(fs::path program, std::vector<std::string> arguments, Clock &clock,
                                     Duration timeout) {
    using namespace asio::experimental::awaitable_operators;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        co_return errors::fromErrno("cannot make a pipe", errno);
    asio::posix::stream_descriptor output(co_await asio::this_coro::executor, ends[0]);
    Spawner spawner;
    spawner.outputToDescriptor(ends[1]);
    const auto pid = spawner.spawn(program, arguments, childEnvironment());
    ::close(ends[1]);
    CO_CHECK(pid);
    CO_TRY(Process process, Process::adopt(*pid));
    std::string printed;
    const auto outcome = co_await (readAll(output, printed) || clock.sleep(timeout));
    if (outcome.index() == 1) {
        process.signal(SIGKILL);
        co_await process.ended();
        co_return errors::timeout(fmt::format("{} did not end in time", program.string()));
    }
    const std::string how = co_await process.ended();
    if (how != "exited with code 0")
        co_return errors::other(fmt::format("{} {}: {}", program.filename().string(), how, lastLines(printed)));
    co_return printed;
}

std::optional<fs::path> findProgram(const std::string &name) {
    const char *own = std::getenv("PATH");
    const std::string folders = fmt::format("{}:{}", own ? own : "", kSystemPath);
    for (size_t begin = 0; begin <= folders.size();) {
        const size_t end = std::min(folders.find(':', begin), folders.size());
        const fs::path candidate = fs::path(folders.substr(begin, end - begin)) / name;
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        begin = end + 1;
    }
    return std::nullopt;
}

std::vector<std::string> childEnvironment() {
    std::vector<std::string> variables;
    const char *path = std::getenv("PATH");
    variables.push_back(fmt::format("PATH={}{}{}", path ? path : "", path ? ":" : "", kSystemPath));
    for (char **variable = environ; *variable; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("PATH=") && !text.starts_with("NOTIFY_SOCKET=") && !text.starts_with("CLUSTERD_") &&
            !text.starts_with("K3S_"))
            variables.emplace_back(text);
    }
    return variables;
}

} // namespace coracle::cluster
