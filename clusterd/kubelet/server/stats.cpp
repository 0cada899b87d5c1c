#include "clusterd/kubelet/container/labels.h"
#include "clusterd/kubelet/node/machine_info.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/server/kubelet_server.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace coracle::kubelet {

namespace json = boost::json;

namespace {

std::string label(const cri::Strings &labels, std::string_view key) {
    auto found = labels.find(key);
    return found == labels.end() ? std::string() : found->second;
}

std::string timeText(WallTime time) {
    return api::Time(time).text();
}

/// Nanoseconds of CPU time that the whole machine has used, and in what share (`/proc/stat`).
uint64_t nodeCpuNanoseconds() {
    std::ifstream file("/proc/stat");
    std::string name;
    uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    file >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
    auto ticks = static_cast<uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    return (user + nice + system + irq + softirq) * (1000000000u / ticks);
}

json::object cpu(const std::string &time, uint64_t nanoseconds) {
    return {{"time", time}, {"usageCoreNanoSeconds", nanoseconds}};
}

json::object memory(const std::string &time, uint64_t usage, uint64_t workingSet) {
    return {{"time", time}, {"usageBytes", usage}, {"workingSetBytes", workingSet}};
}

json::object filesystem(const std::string &time, const DiskUsage &disk) {
    return {{"time", time},
            {"availableBytes", disk.availableBytes},
            {"capacityBytes", disk.capacityBytes},
            {"usedBytes", disk.capacityBytes - disk.availableBytes},
            {"inodesFree", disk.inodesFree},
            {"inodes", disk.inodes},
            {"inodesUsed", disk.inodes - disk.inodesFree}};
}

CgroupUsage podUsage(NodeContext &node, const corev1::Pod &pod) {
    return node.cgroups ? node.cgroups->usage(podCgroup(node.options.cgroupRoot, pod)) : CgroupUsage{};
}

/// Prometheus label values.
std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text) {
        if (c == '\\' || c == '"')
            result += '\\';
        result += c == '\n' ? 'n' : c;
    }
    return result;
}

std::string containerLabels(const cri::ContainerStats &stats) {
    return fmt::format("container=\"{}\",namespace=\"{}\",pod=\"{}\"", escaped(stats.name),
                       escaped(label(stats.labels, kPodNamespaceLabel)), escaped(label(stats.labels, kPodNameLabel)));
}

} // namespace

Task<Result<std::string>> statsSummary(NodeContext &node, PodManager &pods) {
    CO_TRY(auto stats, co_await node.runtime.listContainerStats(cri::ContainerFilter()));
    std::string now = timeText(node.clock.now());
    std::map<std::string, json::array> byPod;
    for (const auto &entry : stats)
        byPod[label(entry.labels, kPodUidLabel)].push_back(
            json::object{{"name", entry.name},
                         {"cpu", cpu(now, entry.cpuUsageNanoseconds)},
                         {"memory", memory(now, entry.memoryUsageBytes, entry.memoryWorkingSetBytes)},
                         {"rootfs", json::object{{"time", now},
                                                 {"usedBytes", entry.writableLayerBytes},
                                                 {"inodesUsed", entry.writableLayerInodes}}}});
    json::array list;
    for (const auto &worker : pods.workers()) {
        const auto &pod = *worker->pod();
        auto usage = podUsage(node, pod);
        list.push_back(json::object{{"podRef", json::object{{"name", pod.metadata.name},
                                                            {"namespace", pod.metadata.namespace_},
                                                            {"uid", pod.metadata.uid}}},
                                    {"startTime", pod.status.startTime.text()},
                                    {"containers", byPod[pod.metadata.uid]},
                                    {"cpu", cpu(now, usage.cpuNanoseconds)},
                                    {"memory", memory(now, usage.memoryUsageBytes, usage.memoryWorkingSetBytes)}});
    }
    auto memoryNow = memoryUsage();
    uint64_t used = memoryNow.totalBytes - memoryNow.availableBytes;
    auto nodeMemory = memory(now, used, used);
    nodeMemory["availableBytes"] = memoryNow.availableBytes;
    auto pids = pidUsage();
    json::object summary{
        {"node",
         json::object{{"nodeName", node.options.nodeName},
                      {"cpu", cpu(now, nodeCpuNanoseconds())},
                      {"memory", std::move(nodeMemory)},
                      {"fs", filesystem(now, diskUsage(node.options.paths.root))},
                      {"rlimit", json::object{{"time", now}, {"maxpid", pids.most}, {"curproc", pids.running}}}}},
        {"pods", std::move(list)}};
    co_return json::serialize(summary);
}

Task<Result<std::string>> resourceMetrics(NodeContext &node, PodManager &pods) {
    CO_TRY(auto stats, co_await node.runtime.listContainerStats(cri::ContainerFilter()));
    std::string cpuLines, memoryLines, podCpu, podMemory;
    for (const auto &entry : stats) {
        cpuLines += fmt::format("container_cpu_usage_seconds_total{{{}}} {}\n", containerLabels(entry),
                                static_cast<double>(entry.cpuUsageNanoseconds) / 1e9);
        memoryLines += fmt::format("container_memory_working_set_bytes{{{}}} {}\n", containerLabels(entry),
                                   entry.memoryWorkingSetBytes);
    }
    for (const auto &worker : pods.workers()) {
        const auto &meta = worker->pod()->metadata;
        auto usage = podUsage(node, *worker->pod());
        auto labels = fmt::format("namespace=\"{}\",pod=\"{}\"", escaped(meta.namespace_), escaped(meta.name));
        podCpu += fmt::format("pod_cpu_usage_seconds_total{{{}}} {}\n", labels,
                              static_cast<double>(usage.cpuNanoseconds) / 1e9);
        podMemory += fmt::format("pod_memory_working_set_bytes{{{}}} {}\n", labels, usage.memoryWorkingSetBytes);
    }
    auto memoryNow = memoryUsage();
    co_return "# TYPE container_cpu_usage_seconds_total counter\n" + cpuLines +
        "# TYPE container_memory_working_set_bytes gauge\n" + memoryLines +
        fmt::format("# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total {}\n",
                    static_cast<double>(nodeCpuNanoseconds()) / 1e9) +
        fmt::format("# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes {}\n",
                    memoryNow.totalBytes - memoryNow.availableBytes) +
        "# TYPE pod_cpu_usage_seconds_total counter\n" + podCpu + "# TYPE pod_memory_working_set_bytes gauge\n" +
        podMemory + "# TYPE scrape_error gauge\nscrape_error 0\n";
}

Task<Result<std::string>> cadvisorMetrics(NodeContext &node, PodManager &) {
    CO_TRY(auto stats, co_await node.runtime.listContainerStats(cri::ContainerFilter()));
    std::string cpuLines, usageLines, workingSetLines, rssLines;
    for (const auto &entry : stats) {
        std::string labels = containerLabels(entry);
        cpuLines += fmt::format("container_cpu_usage_seconds_total{{{}}} {}\n", labels,
                                static_cast<double>(entry.cpuUsageNanoseconds) / 1e9);
        usageLines += fmt::format("container_memory_usage_bytes{{{}}} {}\n", labels, entry.memoryUsageBytes);
        workingSetLines +=
            fmt::format("container_memory_working_set_bytes{{{}}} {}\n", labels, entry.memoryWorkingSetBytes);
        rssLines += fmt::format("container_memory_rss{{{}}} {}\n", labels, entry.memoryRssBytes);
    }
    co_return fmt::format("# TYPE machine_cpu_cores gauge\nmachine_cpu_cores {}\n"
                          "# TYPE machine_memory_bytes gauge\nmachine_memory_bytes {}\n",
                          amount(node.capacity, "cpu").value(), amount(node.capacity, "memory").value()) +
        "# TYPE container_cpu_usage_seconds_total counter\n" + cpuLines +
        "# TYPE container_memory_usage_bytes gauge\n" + usageLines +
        "# TYPE container_memory_working_set_bytes gauge\n" + workingSetLines + "# TYPE container_memory_rss gauge\n" +
        rssLines;
}

std::string kubeletMetrics(NodeContext &node, PodManager &pods) {
    int running = 0, containers = 0;
    for (const auto &worker : pods.workers()) {
        running += worker->runtime().readySandbox() != nullptr;
        for (const auto &container : worker->runtime().containers)
            containers += container.state == cri::ContainerState::Running;
    }
    return fmt::format(
        "# TYPE kubelet_node_name gauge\nkubelet_node_name{{node=\"{}\"}} 1\n"
        "# TYPE kubelet_running_pods gauge\nkubelet_running_pods {}\n"
        "# TYPE kubelet_running_containers gauge\nkubelet_running_containers{{container_state=\"running\"}} {}\n",
        escaped(node.options.nodeName), running, containers);
}

} // namespace coracle::kubelet
