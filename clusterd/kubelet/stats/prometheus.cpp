#include "clusterd/kubelet/stats/exposition.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// Metrics in Prometheus' text form: each with its head, then all its samples.
class Exposition {
public:
    void metric(std::string_view name, std::string_view type, std::string_view help) {
        m_name = name;
        m_text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
    }
    /// Times are told in milliseconds; without one, the scrape's counts.
    template<class Value>
    void sample(const std::string &labels, Value value, std::optional<WallTime> time = std::nullopt) {
        m_text += m_name;
        if (!labels.empty())
            m_text += "{" + labels + "}";
        m_text += fmt::format(" {}", value);
        if (time)
            m_text +=
                fmt::format(" {}", std::chrono::floor<std::chrono::milliseconds>(*time).time_since_epoch().count());
        m_text += '\n';
    }
    std::string take() { return std::move(m_text); }

private:
    std::string m_name, m_text;
};

std::string escaped(std::string_view text) {
    std::string result;
    for (char c : text) {
        if (c == '\\' || c == '"')
            result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

double seconds(uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}
double seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string podLabels(const PodUse &pod) {
    return fmt::format("namespace=\"{}\",pod=\"{}\"", escaped(pod.namespaceName), escaped(pod.name));
}

std::string containerLabels(const PodUse &pod, const ContainerUse &container) {
    return fmt::format("container=\"{}\",{}", escaped(container.name), podLabels(pod));
}

template<class Visit>
void forContainers(const NodeUse &use, Visit visit) {
    for (const PodUse &pod : use.pods)
        for (const ContainerUse &container : pod.containers)
            visit(pod, container);
}

/// Labels as cAdvisor has them: containers, and pods with an empty container.
std::string cadvisorLabels(const PodUse &pod, const ContainerUse *container) {
    return fmt::format("container=\"{}\",id=\"{}\",image=\"{}\",name=\"{}\",{}",
                       container ? escaped(container->name) : "", escaped(container ? container->cgroup : pod.cgroup),
                       container ? escaped(container->image) : "", container ? escaped(container->id) : "",
                       podLabels(pod));
}

struct ContainerMetric {
    std::string_view name, type, help;
    double (*value)(const CpuStats &cpu, const MemoryStats &memory);
};

using Cpu = const CpuStats &;
using Memory = const MemoryStats &;
constexpr ContainerMetric kCadvisor[] = {
    {"container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.",
     [](Cpu cpu, Memory) { return seconds(cpu.usageNanoseconds); }},
    {"container_memory_usage_bytes", "gauge", "Current memory usage in bytes, including all memory.",
     [](Cpu, Memory memory) { return static_cast<double>(memory.usageBytes); }},
    {"container_memory_working_set_bytes", "gauge", "Current working set in bytes.",
     [](Cpu, Memory memory) { return static_cast<double>(memory.workingSetBytes); }},
    {"container_memory_rss", "gauge", "Size of RSS in bytes.",
     [](Cpu, Memory memory) { return static_cast<double>(memory.rssBytes); }},
};

void networkMetric(Exposition &out, const NodeUse &use, std::string_view name, std::string_view help,
                   uint64_t InterfaceStats::*value) {
    out.metric(name, "counter", help);
    for (const PodUse &pod : use.pods)
        for (const InterfaceStats &entry : pod.network)
            out.sample(fmt::format("interface=\"{}\",{}", escaped(entry.name), cadvisorLabels(pod, nullptr)),
                       entry.*value, use.time);
}

} // namespace

std::string resourceMetrics(const NodeUse &use) {
    Exposition out;
    out.metric("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the container");
    forContainers(use, [&](const PodUse &pod, const ContainerUse &one) {
        out.sample(containerLabels(pod, one), seconds(one.cpu.usageNanoseconds), use.time);
    });
    out.metric("container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes");
    forContainers(use, [&](const PodUse &pod, const ContainerUse &one) {
        out.sample(containerLabels(pod, one), one.memory.workingSetBytes, use.time);
    });
    out.metric("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds");
    forContainers(use, [&](const PodUse &pod, const ContainerUse &one) {
        out.sample(containerLabels(pod, one), fmt::format("{:.6f}", seconds(one.started)));
    });
    out.metric("node_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the node");
    out.sample("", seconds(use.cpu.usageNanoseconds), use.time);
    out.metric("node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes");
    out.sample("", use.memory.workingSetBytes, use.time);
    out.metric("pod_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the pod");
    for (const PodUse &pod : use.pods)
        out.sample(podLabels(pod), seconds(pod.cpu.usageNanoseconds), use.time);
    out.metric("pod_memory_working_set_bytes", "gauge", "Current working set of the pod in bytes");
    for (const PodUse &pod : use.pods)
        out.sample(podLabels(pod), pod.memory.workingSetBytes, use.time);
    out.metric("resource_scrape_error", "gauge", "1 if there was an error while getting metrics, 0 otherwise");
    out.sample("", 0);
    return out.take();
}

std::string cadvisorMetrics(const NodeUse &use, const NodeContext &node) {
    Exposition out;
    out.metric("machine_cpu_cores", "gauge", "Number of logical CPU cores.");
    out.sample("", amount(node.capacity, "cpu").value());
    out.metric("machine_memory_bytes", "gauge", "Amount of memory installed on the machine.");
    out.sample("", amount(node.capacity, "memory").value());
    for (const ContainerMetric &metric : kCadvisor) {
        out.metric(metric.name, metric.type, metric.help);
        const std::string_view cpu = metric.name.starts_with("container_cpu") ? "cpu=\"total\"," : "";
        out.sample(fmt::format("container=\"\",{}id=\"/\",image=\"\",name=\"\",namespace=\"\",pod=\"\"", cpu),
                   metric.value(use.cpu, use.memory), use.time);
        for (const PodUse &pod : use.pods) {
            if (!pod.cgroup.empty())
                out.sample(fmt::format("{}{}", cpu, cadvisorLabels(pod, nullptr)), metric.value(pod.cpu, pod.memory),
                           use.time);
            for (const ContainerUse &one : pod.containers)
                out.sample(fmt::format("{}{}", cpu, cadvisorLabels(pod, &one)), metric.value(one.cpu, one.memory),
                           use.time);
        }
    }
    out.metric("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.");
    forContainers(use, [&](const PodUse &pod, const ContainerUse &one) {
        out.sample(cadvisorLabels(pod, &one), fmt::format("{:.0f}", seconds(one.started)), use.time);
    });
    out.metric("container_fs_usage_bytes", "gauge", "Number of bytes that are consumed by the container.");
    forContainers(use, [&](const PodUse &pod, const ContainerUse &one) {
        out.sample(cadvisorLabels(pod, &one), one.rootfs.usedBytes + one.logs.usedBytes, use.time);
    });
    networkMetric(out, use, "container_network_receive_bytes_total", "Cumulative count of bytes received",
                  &InterfaceStats::rxBytes);
    networkMetric(out, use, "container_network_transmit_bytes_total", "Cumulative count of bytes transmitted",
                  &InterfaceStats::txBytes);
    return out.take();
}

std::string kubeletMetrics(const NodeContext &node, const PodManager &pods) {
    int running = 0, containers = 0;
    for (const auto &worker : pods.workers()) {
        running += worker->runtime().readySandbox() != nullptr;
        for (const auto &container : worker->runtime().containers)
            containers += container.state == cri::ContainerState::Running;
    }
    Exposition out;
    out.metric("kubelet_node_name", "gauge", "The node's name. The count is always 1.");
    out.sample(fmt::format("node=\"{}\"", escaped(node.options.nodeName)), 1);
    out.metric("kubelet_running_pods", "gauge", "Number of pods that have a running pod sandbox");
    out.sample("", running);
    out.metric("kubelet_running_containers", "gauge", "Number of containers currently running");
    out.sample("container_state=\"running\"", containers);
    return out.take();
}

} // namespace coracle::kubelet
