#include "clusterd/cli/command.h"
#include "clusterd/cluster/containerd.h"
#include "core/base/files.h"

#include <cstdlib>
#include <fmt/color.h>
#include <fmt/format.h>
#include <functional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/netlink.h>

/// Checks what a node needs by using it, not by reading the kernel's configuration: what counts is whether it works.
namespace coracle::cli {

namespace fs = std::filesystem;

namespace {

class Report {
public:
    Report() : m_color(::isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR")) {}
    void pass(std::string_view what, std::string_view detail = {}) { print("pass", fmt::color::green, what, detail); }
    void warn(std::string_view what, std::string_view mend) { print("warn", fmt::color::orange, what, mend); }
    void fail(std::string_view what, std::string_view mend) {
        print("FAIL", fmt::color::red, what, mend);
        ++m_failures;
    }
    void check(bool good, std::string_view what, std::string_view mend) { good ? pass(what) : fail(what, mend); }
    int failures() const { return m_failures; }

private:
    void print(std::string_view word, fmt::color color, std::string_view what, std::string_view detail) {
        if (m_color)
            fmt::print(fg(color), "{}", word);
        else
            fmt::print("{}", word);
        fmt::print("  {}{}{}\n", what, detail.empty() ? "" : ": ", detail);
    }
    bool m_color;
    int m_failures = 0;
};

/// Whether the function succeeds in a process of its own, which it may change as it likes.
bool works(bool (*function)()) {
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(function() ? 0 : 1);
    int status = 1;
    return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool canMakeNamespaces() {
    return ::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) == 0;
}

bool canUseOverlay() {
    char folder[] = "/tmp/clusterd-check-XXXXXX";
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        !::mkdtemp(folder))
        return false;
    const fs::path base = folder;
    std::error_code error;
    bool mounted = ::mount("tmpfs", folder, "tmpfs", 0, nullptr) == 0;
    for (const char *name : {"lower", "upper", "work", "merged"})
        fs::create_directory(base / name, error);
    const std::string options = fmt::format("lowerdir={0}/lower,upperdir={0}/upper,workdir={0}/work", folder);
    mounted = mounted && ::mount("overlay", (base / "merged").c_str(), "overlay", 0, options.c_str()) == 0;
    ::umount2((base / "merged").c_str(), MNT_DETACH);
    ::umount2(folder, MNT_DETACH);
    fs::remove(base, error);
    return mounted;
}

bool hasNetfilter() {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd >= 0)
        ::close(fd);
    return fd >= 0;
}

void checkPrograms(Report &report) {
    struct Program {
        const char *name, *package;
    };
    static constexpr Program kPrograms[] = {{"containerd", "containerd"},
                                            {"containerd-shim-runc-v2", "containerd"},
                                            {"ctr", "containerd"},
                                            {"runc", "runc"}};
    for (const Program &program : kPrograms) {
        const auto found = cluster::findProgram(program.name);
        report.check(found.has_value(), program.name, fmt::format("apt-get install {}", program.package));
    }
    const auto plugins = cluster::findCniPlugins();
    report.check(plugins.has_value(), "CNI plug-ins", plugins ? "" : plugins.error().message);
}

void checkCgroups(Report &report) {
    std::error_code error;
    const auto controllers = readFile("/sys/fs/cgroup/cgroup.controllers");
    const bool unified = controllers.has_value();
    report.pass(fmt::format("cgroup hierarchy {}", unified ? "v2" : "v1 or hybrid"));
    for (const char *name : {"cpu", "cpuset", "memory", "pids"}) {
        const bool there = unified ? controllers->find(name) != std::string::npos
                                   : fs::is_directory(fs::path("/sys/fs/cgroup") / name, error);
        report.check(there, fmt::format("cgroup controller {}", name),
                     std::string_view(name) == "memory"
                         ? "add cgroup_enable=memory cgroup_memory=1 to the kernel's command line"
                         : "the kernel was built without it");
    }
}

void checkKernel(Report &report) {
    report.check(works(canMakeNamespaces), "namespaces (mnt, net, pid, ipc, uts)",
                 "run this as root, on a kernel with CONFIG_NAMESPACES and its parts");
    report.check(works(canUseOverlay), "overlayfs", "modprobe overlay, or start with --snapshotter=native");
    report.check(hasNetfilter(), "nftables", "modprobe nf_tables");
    std::error_code error;
    if (fs::exists("/proc/sys/net/bridge/bridge-nf-call-iptables", error))
        report.pass("bridge netfilter");
    else
        report.warn("bridge netfilter", "without br_netfilter a pod cannot reach itself through its own service");
    const auto keys = readFile("/proc/sys/kernel/keys/root_maxkeys");
    if (keys && std::atoi(keys->c_str()) <= 10000)
        report.warn("kernel keys", "sysctl kernel.keys.root_maxkeys=1000000");
}

void checkSystem(Report &report) {
    report.check(::geteuid() == 0, "root", "a node needs root");
    const auto swaps = readFile("/proc/swaps");
    if (swaps && std::count(swaps->begin(), swaps->end(), '\n') > 1)
        report.warn("swap", "memory limits of pods do not cover it; swapoff -a");
    for (const char *program : {"firewalld", "ufw"})
        if (cluster::findProgram(program))
            report.warn(program, "let TCP 6443 and 10250 and the pod and service networks through");
    utsname name{};
    ::uname(&name);
    report.pass("kernel", name.release);
}

} // namespace

Result<int> runCheckConfig(const Invocation &) {
    Report report;
    checkSystem(report);
    checkPrograms(report);
    checkCgroups(report);
    checkKernel(report);
    fmt::print("\n{}\n", report.failures() ? fmt::format("{} checks failed", report.failures())
                                           : std::string("this machine can run a node"));
    return report.failures();
}

} // namespace coracle::cli
