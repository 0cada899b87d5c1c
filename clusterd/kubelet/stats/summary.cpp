#include "clusterd/kubelet/node/machine_info.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/stats/exposition.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::kubelet {

namespace json = boost::json;

namespace {

json::object cpuOf(const std::string &time, const CpuStats &cpu) {
    json::object result{{"time", time}};
    if (cpu.usageNanoCores)
        result["usageNanoCores"] = *cpu.usageNanoCores;
    result["usageCoreNanoSeconds"] = cpu.usageNanoseconds;
    return result;
}

json::object memoryOf(const std::string &time, const MemoryStats &memory) {
    json::object result{{"time", time}};
    if (memory.availableBytes)
        result["availableBytes"] = *memory.availableBytes;
    result["usageBytes"] = memory.usageBytes;
    result["workingSetBytes"] = memory.workingSetBytes;
    result["rssBytes"] = memory.rssBytes;
    result["pageFaults"] = memory.pageFaults;
    result["majorPageFaults"] = memory.majorPageFaults;
    return result;
}

/// A share of a disk: its size, and what one user of it has taken.
json::object fsOf(const std::string &time, const DiskUsage &disk, const FsStats &used) {
    return {{"time", time},
            {"availableBytes", disk.availableBytes},
            {"capacityBytes", disk.capacityBytes},
            {"usedBytes", used.usedBytes},
            {"inodesFree", disk.inodesFree},
            {"inodes", disk.inodes},
            {"inodesUsed", used.inodesUsed}};
}

FsStats allOf(const DiskUsage &disk) {
    return {disk.capacityBytes - disk.availableBytes, disk.inodes - disk.inodesFree};
}

json::object interfaceOf(const InterfaceStats &stats) {
    return {{"name", stats.name},
            {"rxBytes", stats.rxBytes},
            {"rxErrors", stats.rxErrors},
            {"txBytes", stats.txBytes},
            {"txErrors", stats.txErrors}};
}

json::object networkOf(const std::string &time, const std::vector<InterfaceStats> &interfaces) {
    json::object result{{"time", time}};
    for (auto &[key, value] : interfaceOf(interfaces.front()))
        result[key] = std::move(value);
    json::array all;
    for (const InterfaceStats &entry : interfaces)
        all.push_back(interfaceOf(entry));
    result["interfaces"] = std::move(all);
    return result;
}

json::object podOf(const std::string &time, const PodUse &pod, const DiskUsage &disk) {
    json::array containers;
    FsStats ephemeral;
    for (const ContainerUse &container : pod.containers) {
        ephemeral.usedBytes += container.rootfs.usedBytes + container.logs.usedBytes;
        ephemeral.inodesUsed += container.rootfs.inodesUsed + container.logs.inodesUsed;
        containers.push_back(json::object{{"name", container.name},
                                          {"startTime", api::Time(container.started).text()},
                                          {"cpu", cpuOf(time, container.cpu)},
                                          {"memory", memoryOf(time, container.memory)},
                                          {"rootfs", fsOf(time, disk, container.rootfs)},
                                          {"logs", fsOf(time, disk, container.logs)}});
    }
    json::object result{
        {"podRef", json::object{{"name", pod.name}, {"namespace", pod.namespaceName}, {"uid", pod.uid}}}};
    if (pod.started)
        result["startTime"] = api::Time(*pod.started).text();
    result["containers"] = std::move(containers);
    result["cpu"] = cpuOf(time, pod.cpu);
    result["memory"] = memoryOf(time, pod.memory);
    if (!pod.network.empty())
        result["network"] = networkOf(time, pod.network);
    result["ephemeral-storage"] = fsOf(time, disk, ephemeral);
    return result;
}

json::array systemContainers(const std::string &time, const NodeContext &node) {
    json::array result;
    const auto usage = node.cgroups ? node.cgroups->usage(kubepodsCgroup(node.options.cgroupRoot)) : std::nullopt;
    if (usage)
        result.push_back(json::object{{"name", "pods"},
                                      {"cpu", cpuOf(time, {.usageNanoseconds = usage->cpuNanoseconds})},
                                      {"memory", memoryOf(time, {.usageBytes = usage->memoryUsageBytes,
                                                                 .workingSetBytes = usage->memoryWorkingSetBytes,
                                                                 .rssBytes = usage->memoryRssBytes})}});
    return result;
}

} // namespace

std::string statsSummary(const NodeUse &use, const NodeContext &node) {
    const std::string now = api::Time(use.time).text();
    const DiskUsage disk = diskUsage(node.options.paths.root);
    const PidUsage pids = pidUsage();
    json::array pods;
    for (const PodUse &pod : use.pods)
        pods.push_back(podOf(now, pod, disk));
    json::object own{{"nodeName", node.options.nodeName},
                     {"systemContainers", systemContainers(now, node)},
                     {"cpu", cpuOf(now, use.cpu)},
                     {"memory", memoryOf(now, use.memory)}};
    if (!use.network.empty())
        own["network"] = networkOf(now, use.network);
    own["fs"] = fsOf(now, disk, allOf(disk));
    if (use.imageFs)
        own["runtime"] = json::object{{"imageFs", fsOf(now, diskUsage(use.imageFs->mountpoint), use.imageFs->used)}};
    own["rlimit"] = json::object{{"time", now}, {"maxpid", pids.most}, {"curproc", pids.running}};
    return json::serialize(json::object{{"node", std::move(own)}, {"pods", std::move(pods)}});
}

} // namespace coracle::kubelet
