#include "clusterd/cluster/containerd.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <csignal>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kComponent = "containerd";
constexpr std::string_view kCgroup = "clusterd-containerd";
constexpr auto kSocketPoll = 20ms;
constexpr auto kSocketTimeout = 60s; // boltdb may have to read a large file from a slow card
constexpr auto kStopTimeout = 10s;
constexpr Duration kBackoffFirst = 500ms, kBackoffLongest = 30s;
constexpr auto kSteadyAfter = 60s; // ran this long: the next failure is a new one
constexpr auto kLogCheckInterval = 60s;
constexpr uintmax_t kLogBytesMax = 50u << 20;
constexpr int kLogsKept = 3;
constexpr size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;

Result<fs::path> require(const std::string &program, std::string_view package) {
    if (auto path = findProgram(program))
        return *path;
    return errors::other(fmt::format("{} is missing; install it: apt-get install {}", program, package));
}

std::string lastLine(const fs::path &file) {
    auto text = readFile(file, 256u << 20);
    if (!text)
        return {};
    text->erase(text->find_last_not_of("\r\n ") + 1);
    return text->substr(text->rfind('\n') + 1);
}

/// A process that this configuration was started with but that no longer listens: it would hold the database.
std::optional<Process> findUnresponsive(const Paths &paths) {
    const auto text = readFile(paths.containerdPid());
    const pid_t pid = text ? std::atoi(text->c_str()) : 0;
    if (pid <= 0)
        return std::nullopt;
    const auto commandLine = readFile(fmt::format("/proc/{}/cmdline", pid));
    if (!commandLine || commandLine->find(paths.containerdConfig().string()) == std::string::npos)
        return std::nullopt;
    auto process = Process::adopt(pid);
    return process ? std::optional(std::move(*process)) : std::nullopt;
}

/// containerd's own control group in every hierarchy that counts something.
std::vector<fs::path> cgroupsOf(const std::string &name) {
    const fs::path root = "/sys/fs/cgroup";
    std::error_code error;
    if (fs::exists(root / "cgroup.controllers", error))
        return {root / name};
    std::vector<fs::path> groups;
    for (const char *controller : {"memory", "cpu", "cpuacct", "pids"})
        if (fs::is_directory(root / controller, error))
            groups.push_back(root / controller / name);
    return groups;
}

/// Accounts for containerd apart from clusterd, and keeps it when clusterd's own cgroup is ended. Best effort: where
/// cgroups are not writable it stays in ours.
void moveToCgroup(pid_t pid, const std::string &name) {
    for (const fs::path &group : cgroupsOf(name)) {
        std::error_code error;
        fs::create_directory(group, error);
        if (FILE *file = std::fopen((group / "cgroup.procs").c_str(), "we")) {
            std::fprintf(file, "%d\n", pid);
            std::fclose(file);
        }
    }
}

/// It stays as long as shims, which containerd starts inside, are there.
void removeCgroup(const std::string &name) {
    for (const fs::path &group : cgroupsOf(name))
        ::rmdir(group.c_str());
}

} // namespace

Result<Containerd::Programs> Containerd::findPrograms() {
    Programs programs;
    TRY(programs.containerd, require("containerd", "containerd"));
    CHECK(require("containerd-shim-runc-v2", "containerd"));
    TRY(programs.runc, require("runc", "runc"));
    TRY(programs.cniPlugins, findCniPlugins());
    return programs;
}

Containerd::Containerd(Paths paths, Programs programs, ContainerdOptions options, Gate &gate, Clock &clock)
    : m_paths(std::move(paths)),
      m_programs(std::move(programs)),
      m_options(std::move(options)),
      m_gate(gate),
      m_clock(clock) {
    m_options.runc = m_programs.runc;
    m_options.cniPlugins = m_programs.cniPlugins;
}

Containerd::~Containerd() = default;

/// Whether the file's content changed.
Result<bool> Containerd::writeConfig() {
    const std::string socket = m_paths.containerdSocket().string() + ".ttrpc";
    if (socket.size() > kSocketPathMax)
        return errors::other(fmt::format("the path {} is too long for a socket", socket));
    CHECK(makeFolder(m_paths.containerdRoot(), 0711));
    CHECK(makeFolder(m_paths.containerdState(), 0711));
    CHECK(makeFolder(m_paths.containerdConfig().parent_path()));
    CHECK(makeFolder(m_paths.cniConfigFolder()));
    const std::string text = containerdConfig(m_paths, m_options);
    if (auto present = readFile(m_paths.containerdConfig()); present && *present == text)
        return false;
    CHECK(writeFileAtomic(m_paths.containerdConfig(), text, 0600));
    return true;
}

Task<Result<>> Containerd::start() {
    CO_TRY(const bool changed, writeConfig());
    if (auto owner = socketOwner(m_paths.containerdSocket())) {
        CO_TRY(Process running, Process::adopt(*owner));
        if (changed) {
            log::info(kComponent, "restarting process {}: its configuration changed", *owner);
            co_await running.terminate(m_clock, kStopTimeout);
        } else {
            log::info(kComponent, "adopted process {}", *owner);
            m_process = std::move(running);
        }
    } else if (auto unresponsive = findUnresponsive(m_paths)) {
        log::warning(kComponent, "process {} does not listen any more; it is ended", unresponsive->pid());
        co_await unresponsive->terminate(m_clock, kStopTimeout);
    }
    if (!m_process)
        CO_CHECK(co_await launch());
    m_gate.spawn([this] { return supervise(); });
    m_gate.spawn([this] { return rotateLog(); });
    co_return Result<>();
}

Task<> Containerd::stop() {
    m_stopping = true;
    if (m_process)
        co_await m_process->terminate(m_clock, kStopTimeout);
    m_process.reset();
    std::error_code error;
    fs::remove(m_paths.containerdPid(), error);
    removeCgroup(m_paths.instance.name(kCgroup));
}

Task<Result<>> Containerd::launch() {
    Process::Options options{.program = m_programs.containerd,
                             .arguments = {"--config", m_paths.containerdConfig().string()},
                             .output = m_paths.containerdLog(),
                             .environment = childEnvironment()};
    CO_TRY(m_process, Process::start(options));
    moveToCgroup(m_process->pid(), m_paths.instance.name(kCgroup));
    CO_CHECK(writeFileAtomic(m_paths.containerdPid(), fmt::format("{}\n", m_process->pid()), 0644));
    CO_CHECK(co_await awaitSocket());
    log::info(kComponent, "started process {}", m_process->pid());
    co_return Result<>();
}

Task<Result<>> Containerd::awaitSocket() {
    const SteadyTime deadline = m_clock.steadyNow() + kSocketTimeout;
    while (!socketOwner(m_paths.containerdSocket())) {
        if (!m_process->running()) {
            const std::string how = co_await m_process->ended();
            m_process.reset();
            co_return errors::other(fmt::format("containerd {} at start: {} (see {})", how,
                                                lastLine(m_paths.containerdLog()), m_paths.containerdLog().string()));
        }
        if (m_clock.steadyNow() >= deadline)
            co_return errors::timeout(fmt::format("containerd does not answer on {} (see {})",
                                                  m_paths.containerdSocket().string(),
                                                  m_paths.containerdLog().string()));
        CO_CHECK(co_await m_clock.sleep(kSocketPoll));
    }
    co_return Result<>();
}

Task<> Containerd::supervise() {
    Duration backoff = kBackoffFirst;
    while (!m_stopping) {
        if (m_process) {
            const SteadyTime began = m_clock.steadyNow();
            const std::string how = co_await m_process->ended();
            if (m_stopping)
                co_return;
            log::warning(kComponent, "process {} {}; it is started again", m_process->pid(), how);
            m_process.reset();
            if (m_clock.steadyNow() - began >= kSteadyAfter)
                backoff = kBackoffFirst;
        }
        if (!co_await m_clock.sleep(backoff))
            co_return;
        backoff = std::min(backoff * 2, kBackoffLongest);
        ++m_restarts;
        if (auto launched = co_await launch(); !launched)
            log::error(kComponent, "{}", launched.error().message);
    }
}

Task<> Containerd::rotateLog() {
    while (co_await m_clock.sleep(kLogCheckInterval))
        if (auto rotated = rotateByCopy(m_paths.containerdLog(), kLogBytesMax, kLogsKept); !rotated)
            log::warning(kComponent, "{}", rotated.error().message);
}

std::optional<pid_t> socketOwner(const fs::path &socket) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string text = socket.string();
    if (text.size() > kSocketPathMax)
        return std::nullopt;
    std::ranges::copy(text, address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    std::optional<pid_t> owner;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    // The peer's credentials are those of the process that called listen().
    if (fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
        ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 && credentials.pid > 0)
        owner = credentials.pid;
    if (fd >= 0)
        ::close(fd);
    return owner;
}

Result<> rotateByCopy(const fs::path &file, uintmax_t bytesMax, int keep) {
    std::error_code error;
    const uintmax_t size = fs::file_size(file, error);
    if (error || size <= bytesMax)
        return {};
    auto numbered = [&](int n) { return fs::path(fmt::format("{}.{}", file.string(), n)); };
    for (int n = keep - 1; n >= 1; --n)
        fs::rename(numbered(n), numbered(n + 1), error);
    fs::copy_file(file, numbered(1), fs::copy_options::overwrite_existing, error);
    std::error_code emptied;
    fs::resize_file(file, 0, emptied); // also when there was no room for the copy: a full disk must not stay full
    if (error || emptied)
        return errors::other(fmt::format("cannot rotate {}: {}", file.string(), (error ? error : emptied).message()));
    return {};
}

} // namespace coracle::cluster
