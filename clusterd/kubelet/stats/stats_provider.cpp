#include "clusterd/kubelet/stats/stats_provider.h"

#include "clusterd/kubelet/node/machine_info.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/stats/network_stats.h"
#include "core/base/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace coracle::kubelet {

namespace fs = std::filesystem;

namespace {

constexpr Duration kRateLeast = std::chrono::seconds(1); ///< a rate over less says little
constexpr size_t kProcFileMax = 1u << 18;

/// Nanoseconds of CPU time that the whole machine has used (/proc/stat).
uint64_t nodeCpuNanoseconds() {
    std::ifstream file("/proc/stat");
    std::string name;
    uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    file >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
    const auto ticks = static_cast<uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    return (user + nice + system + irq + softirq) * (1'000'000'000u / ticks);
}

std::string procFile(const fs::path &path) {
    return readFile(path, kProcFileMax).value_or("");
}

void take(const CgroupUsage &usage, CpuStats &cpu, MemoryStats &memory) {
    cpu.usageNanoseconds = usage.cpuNanoseconds;
    memory.usageBytes = usage.memoryUsageBytes;
    memory.workingSetBytes = usage.memoryWorkingSetBytes;
    memory.rssBytes = usage.memoryRssBytes;
    memory.pageFaults = usage.pageFaults;
    memory.majorPageFaults = usage.majorPageFaults;
}

/// Files directly in the folder.
FsStats filesIn(const fs::path &folder) {
    FsStats stats;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error)) {
        const auto size = entry.file_size(error);
        stats.usedBytes += error ? 0 : size;
        ++stats.inodesUsed;
    }
    return stats;
}

int64_t memoryLimit(const corev1::Pod &pod, const std::string &container) {
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const corev1::Container &spec : *list)
            if (spec.name == container)
                if (const auto limit = spec.resources.limits.find("memory"); limit != spec.resources.limits.end())
                    return limit->second.value();
    return 0;
}

} // namespace

Task<Result<NodeUse>> StatsProvider::collect(Detail detail) {
    NodeUse use{.time = m_node.clock.now()};
    for (auto &[key, rate] : m_rates)
        rate.seen = false;
    bool complete = m_node.cgroups != nullptr;
    for (const auto &worker : m_pods.workers())
        use.pods.push_back(measurePod(*worker, detail, complete));
    measureNode(use, detail);
    if (!complete || detail == Detail::Everything)
        CO_CHECK(co_await askRuntime(use));
    if (detail == Detail::Everything) {
        const auto images = co_await m_node.images.imageFsInfo();
        if (images && !images->empty())
            use.imageFs = {images->front().mountpoint, {images->front().usedBytes, images->front().inodesUsed}};
    }
    for (PodUse &pod : use.pods) {
        if (pod.cgroup.empty()) // no group of the pod: the sum of its containers
            for (const ContainerUse &container : pod.containers) {
                pod.cpu.usageNanoseconds += container.cpu.usageNanoseconds;
                pod.memory.usageBytes += container.memory.usageBytes;
                pod.memory.workingSetBytes += container.memory.workingSetBytes;
                pod.memory.rssBytes += container.memory.rssBytes;
            }
        for (ContainerUse &container : pod.containers)
            rate(container.id, container.cpu);
        rate(pod.uid, pod.cpu);
    }
    rate("", use.cpu);
    std::erase_if(m_rates, [](const auto &entry) { return !entry.second.seen; });
    co_return use;
}

void StatsProvider::rate(const std::string &key, CpuStats &cpu) {
    const SteadyTime now = m_node.clock.steadyNow();
    auto [at, fresh] = m_rates.try_emplace(key, Rate{now, cpu.usageNanoseconds, std::nullopt, true});
    Rate &rate = at->second;
    rate.seen = true;
    if (fresh)
        return;
    if (cpu.usageNanoseconds < rate.nanoseconds) {
        rate = {now, cpu.usageNanoseconds, std::nullopt, true};
    } else if (const Duration passed = now - rate.time; passed >= kRateLeast) {
        const double seconds = std::chrono::duration<double>(passed).count();
        const auto used = static_cast<double>(cpu.usageNanoseconds - rate.nanoseconds);
        rate = {now, cpu.usageNanoseconds, static_cast<uint64_t>(used / seconds), true};
    }
    cpu.usageNanoCores = rate.nanoCores;
}

PodUse StatsProvider::measurePod(const PodWorker &worker, Detail detail, bool &complete) const {
    const corev1::Pod &pod = *worker.pod();
    PodUse use{.name = pod.metadata.name, .namespaceName = pod.metadata.namespace_, .uid = pod.metadata.uid};
    const auto *status = m_node.statuses.get(use.uid);
    if (const api::Time started = status ? status->startTime : pod.status.startTime)
        use.started = *started;
    const std::string group = podCgroup(m_node.options.cgroupRoot, pod);
    if (const auto usage = m_node.cgroups ? m_node.cgroups->usage(group) : std::nullopt) {
        take(*usage, use.cpu, use.memory);
        use.cgroup = group;
    }
    for (const cri::ContainerStatus &container : worker.runtime().containers) {
        if (container.state != cri::ContainerState::Running)
            continue;
        ContainerUse entry{.name = container.name, .id = container.id, .image = container.image};
        entry.started =
            WallTime(std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(container.startedAt)));
        const std::string path = group + "/" + container.id;
        if (const auto usage = m_node.cgroups ? m_node.cgroups->usage(path) : std::nullopt) {
            take(*usage, entry.cpu, entry.memory);
            entry.cgroup = path;
            if (const int64_t limit = memoryLimit(pod, container.name); limit > 0)
                entry.memory.availableBytes =
                    static_cast<uint64_t>(limit) - std::min<uint64_t>(entry.memory.workingSetBytes, uint64_t(limit));
        } else {
            complete = false;
        }
        if (detail == Detail::Everything) {
            entry.logs = filesIn(m_node.options.paths.logs(use.namespaceName, use.name, use.uid) / container.name);
            if (use.network.empty() && !entry.cgroup.empty() && !pod.spec.hostNetwork)
                if (const auto pids = m_node.cgroups->processes(path); !pids.empty())
                    use.network =
                        parseNetDev(procFile(fs::path("/proc") / std::to_string(pids.front()) / "net/dev"), "eth0");
        }
        use.containers.push_back(std::move(entry));
    }
    return use;
}

/// What the control groups did not tell, out of the runtime's own list.
Task<Result<>> StatsProvider::askRuntime(NodeUse &use) {
    CO_TRY(const auto stats, co_await m_node.runtime.listContainerStats(cri::ContainerFilter()));
    std::map<std::string_view, const cri::ContainerStats *> byId;
    for (const cri::ContainerStats &entry : stats)
        byId[entry.id] = &entry;
    for (PodUse &pod : use.pods)
        for (ContainerUse &container : pod.containers) {
            const auto at = byId.find(container.id);
            if (at == byId.end())
                continue;
            const cri::ContainerStats &told = *at->second;
            container.rootfs = {told.writableLayerBytes, told.writableLayerInodes};
            if (!container.cgroup.empty())
                continue;
            container.cpu.usageNanoseconds = told.cpuUsageNanoseconds;
            container.memory = {.usageBytes = told.memoryUsageBytes,
                                .workingSetBytes = told.memoryWorkingSetBytes,
                                .rssBytes = told.memoryRssBytes,
                                .pageFaults = told.pageFaults,
                                .majorPageFaults = told.majorPageFaults};
        }
    co_return Result<>();
}

void StatsProvider::measureNode(NodeUse &use, Detail detail) const {
    use.cpu.usageNanoseconds = nodeCpuNanoseconds();
    const MemoryUsage memory = memoryUsage();
    use.memory.usageBytes = use.memory.workingSetBytes = memory.totalBytes - memory.availableBytes;
    use.memory.availableBytes = memory.availableBytes;
    if (detail == Detail::Everything)
        use.network = parseNetDev(procFile("/proc/net/dev"), defaultInterface(procFile("/proc/net/route")));
}

} // namespace coracle::kubelet
