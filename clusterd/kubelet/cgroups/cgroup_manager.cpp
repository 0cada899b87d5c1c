#include "clusterd/kubelet/cgroups/cgroup_manager.h"

#include "clusterd/kubelet/container/resources.h"
#include "core/base/files.h"

#include <array>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sstream>
#include <unistd.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

Result<> writeValue(const fs::path &file, const std::string &value) {
    int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errors::fromErrno(file.string(), errno);
    ssize_t written = ::write(fd, value.data(), value.size());
    int error = errno;
    ::close(fd);
    if (written < 0)
        return errors::fromErrno(fmt::format("{} = {}", file.string(), value), error);
    return {};
}

std::optional<uint64_t> readNumber(const fs::path &file) {
    auto text = readFile(file, 4096);
    uint64_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

/// The values of some keys in a file of "key value" lines such as memory.stat; zero for those that are missing.
template<size_t count>
std::array<uint64_t, count> readKeys(const fs::path &file, const std::array<std::string_view, count> &keys) {
    std::array<uint64_t, count> values{};
    const std::string text = readFile(file, 1 << 16).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const size_t space = line.find(' ');
        for (size_t i = 0; i < count && space != line.npos; ++i)
            if (line.substr(0, space) == keys[i])
                std::from_chars(line.data() + space + 1, line.data() + line.size(), values[i]);
    }
    return values;
}

std::vector<pid_t> readProcesses(const fs::path &group) {
    std::istringstream lines(readFile(group / "cgroup.procs", 1 << 20).value_or(""));
    std::vector<pid_t> pids;
    for (pid_t pid = 0; lines >> pid;)
        if (pid > 0)
            pids.push_back(pid);
    return pids;
}

void setMemory(CgroupUsage &usage, uint64_t bytes, const std::array<uint64_t, 4> &stat) {
    usage.memoryUsageBytes = bytes;
    usage.memoryWorkingSetBytes = bytes - std::min(stat[0], bytes);
    usage.memoryRssBytes = stat[1];
    usage.pageFaults = stat[2];
    usage.majorPageFaults = stat[3];
}

void killAll(const fs::path &group) {
    for (pid_t pid : readProcesses(group))
        ::kill(pid, SIGKILL);
}

/// Deepest first; a group with processes, which take a moment to die, answers EBUSY and is tried again at the next
/// call.
Result<> removeTree(const fs::path &group) {
    Result<> result; // the first failure; the others' processes are ended nevertheless
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(group, error))
        if (entry.is_directory(error) && !entry.is_symlink(error))
            if (auto removed = removeTree(entry.path()); !removed && result)
                result = std::move(removed);
    killAll(group);
    if (::rmdir(group.c_str()) != 0 && errno != ENOENT && result)
        return errors::fromErrno(fmt::format("cannot remove control group {}", group.string()), errno);
    return result;
}

std::vector<std::string> folders(const fs::path &group) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(group, error))
        if (entry.is_directory(error))
            names.push_back(entry.path().filename());
    return names;
}

fs::path below(const fs::path &root, const std::string &path) {
    return root / fs::path(path).relative_path();
}

class CgroupsV1 final : public CgroupManager {
public:
    explicit CgroupsV1(std::map<std::string, fs::path> controllers, std::set<fs::path> hierarchies)
        : m_controllers(std::move(controllers)), m_hierarchies(std::move(hierarchies)) {}

    Version version() const override { return Version::V1; }

    Result<> ensure(const std::string &path, const CgroupValues &values) override {
        for (const auto &hierarchy : m_hierarchies)
            CHECK(makeFolder(below(hierarchy, path)));
        auto file = [&](const char *controller, const char *name) {
            auto found = m_controllers.find(controller);
            return found == m_controllers.end() ? fs::path() : below(found->second, path) / name;
        };
        if (auto shares = file("cpu", "cpu.shares"); !shares.empty() && values.cpuShares > 0)
            CHECK(writeValue(shares, std::to_string(values.cpuShares)));
        if (auto quota = file("cpu", "cpu.cfs_quota_us"); !quota.empty() && fs::exists(quota)) {
            CHECK(writeValue(file("cpu", "cpu.cfs_period_us"), std::to_string(kCpuPeriodMicroseconds)));
            CHECK(writeValue(quota, std::to_string(values.cpuQuota > 0 ? values.cpuQuota : -1)));
        }
        if (auto limit = file("memory", "memory.limit_in_bytes"); !limit.empty())
            CHECK(writeValue(limit, std::to_string(values.memoryLimitBytes > 0 ? values.memoryLimitBytes : -1)));
        return {};
    }

    Result<> remove(const std::string &path) override {
        Result<> result;
        for (const auto &hierarchy : m_hierarchies)
            if (auto removed = removeTree(below(hierarchy, path)); !removed)
                result = std::move(removed);
        return result;
    }

    std::vector<std::string> children(const std::string &path) const override {
        auto found = m_controllers.find("memory");
        return found == m_controllers.end() ? std::vector<std::string>() : folders(below(found->second, path));
    }

    std::optional<CgroupUsage> usage(const std::string &path) const override {
        CgroupUsage usage;
        bool found = false;
        if (auto at = m_controllers.find("cpuacct"); at != m_controllers.end())
            if (const auto used = readNumber(below(at->second, path) / "cpuacct.usage")) {
                usage.cpuNanoseconds = *used;
                found = true;
            }
        if (auto at = m_controllers.find("memory"); at != m_controllers.end()) {
            const auto group = below(at->second, path);
            if (const auto used = readNumber(group / "memory.usage_in_bytes")) {
                static constexpr std::array<std::string_view, 4> kKeys{"total_inactive_file", "total_rss",
                                                                       "total_pgfault", "total_pgmajfault"};
                setMemory(usage, *used, readKeys(group / "memory.stat", kKeys));
                found = true;
            }
        }
        return found ? std::optional(usage) : std::nullopt;
    }

    std::vector<pid_t> processes(const std::string &path) const override {
        const auto at = m_controllers.find("memory");
        return at == m_controllers.end() ? std::vector<pid_t>() : readProcesses(below(at->second, path));
    }

private:
    std::map<std::string, fs::path> m_controllers; ///< controller name to its hierarchy's mount point
    std::set<fs::path> m_hierarchies;              ///< all, also the named one and, in the hybrid layout, the v2 tree
};

class CgroupsV2 final : public CgroupManager {
public:
    explicit CgroupsV2(fs::path root) : m_root(std::move(root)) {}

    Version version() const override { return Version::V2; }

    Result<> ensure(const std::string &path, const CgroupValues &values) override {
        // A controller works in a group only when every group above hands it down.
        fs::path group = m_root;
        for (const auto &part : fs::path(path).relative_path()) {
            for (const char *controller : {"+cpu", "+memory", "+pids", "+io", "+cpuset", "+hugetlb"})
                (void)writeValue(group / "cgroup.subtree_control", controller); // not every kernel has all
            group /= part;
            CHECK(makeFolder(group));
        }
        if (values.cpuShares > 0) {
            // Shares 2..262144 onto weights 1..10000 (KEP-2254).
            uint64_t weight = 1 + (std::min<uint64_t>(values.cpuShares, 262144) - 2) * 9999 / 262142;
            CHECK(writeValue(group / "cpu.weight", std::to_string(weight)));
        }
        CHECK(writeValue(group / "cpu.max",
                         fmt::format("{} {}", values.cpuQuota > 0 ? std::to_string(values.cpuQuota) : "max",
                                     kCpuPeriodMicroseconds)));
        return writeValue(group / "memory.max",
                          values.memoryLimitBytes > 0 ? std::to_string(values.memoryLimitBytes) : "max");
    }

    Result<> remove(const std::string &path) override { return removeTree(below(m_root, path)); }

    std::vector<std::string> children(const std::string &path) const override { return folders(below(m_root, path)); }

    std::optional<CgroupUsage> usage(const std::string &path) const override {
        static constexpr std::array<std::string_view, 1> kCpu{"usage_usec"};
        static constexpr std::array<std::string_view, 4> kMemory{"inactive_file", "anon", "pgfault", "pgmajfault"};
        const auto group = below(m_root, path);
        const auto bytes = readNumber(group / "memory.current");
        if (!bytes)
            return std::nullopt;
        CgroupUsage usage;
        usage.cpuNanoseconds = readKeys(group / "cpu.stat", kCpu)[0] * 1000;
        setMemory(usage, *bytes, readKeys(group / "memory.stat", kMemory));
        return usage;
    }

    std::vector<pid_t> processes(const std::string &path) const override { return readProcesses(below(m_root, path)); }

private:
    fs::path m_root;
};

} // namespace

Result<std::unique_ptr<CgroupManager>> CgroupManager::create(const fs::path &mountInfo) {
    TRY(auto text, readFile(mountInfo));
    std::map<std::string, fs::path> controllers;
    std::set<fs::path> hierarchies;
    fs::path unified;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        // "36 35 98:0 / /sys/fs/cgroup/cpu rw,relatime shared:1 - cgroup cgroup rw,cpu" (proc_pid_mountinfo(5))
        size_t dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream head(line.substr(0, dash)), tail(line.substr(dash + 3));
        std::string id, parent, device, root, mountPoint, type, source, options;
        head >> id >> parent >> device >> root >> mountPoint;
        tail >> type >> source >> options;
        if (!mountPoint.starts_with("/sys/fs/cgroup"))
            continue;
        if (type == "cgroup2")
            unified = mountPoint;
        if (type != "cgroup" && type != "cgroup2")
            continue;
        hierarchies.insert(mountPoint);
        std::istringstream names(type == "cgroup" ? options : "");
        for (std::string name; std::getline(names, name, ',');)
            controllers.emplace(name, mountPoint);
    }
    if (controllers.contains("memory") || controllers.contains("cpu"))
        return std::make_unique<CgroupsV1>(std::move(controllers), std::move(hierarchies));
    if (!unified.empty())
        return std::make_unique<CgroupsV2>(unified);
    return errors::other("no control groups are mounted at /sys/fs/cgroup; mount cgroup2 there");
}

} // namespace coracle::kubelet
