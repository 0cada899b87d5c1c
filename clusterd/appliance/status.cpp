#include "clusterd/appliance/status.h"

#include "clusterd/kubelet/node/machine_info.h"
#include "core/api/json_access.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <unistd.h>

namespace coracle::appliance {

namespace json = boost::json;
using namespace api::json;

namespace {

json::object describeMachine(const std::filesystem::path &dataFolder) {
    static const kubelet::MachineInfo machine = kubelet::readMachineInfo(); // does not change while it runs
    const kubelet::DiskUsage disk = kubelet::diskUsage(dataFolder);
    const kubelet::MemoryUsage memory = kubelet::memoryUsage();
    json::array links;
    for (const NetworkLink &link : networkLinks())
        links.push_back(
            json::object{{"name", link.name}, {"up", link.up}, {"addresses", json::value_from(link.addresses)}});
    return {{"hostname", machineName()},
            {"cpus", machine.cpus},
            {"memoryBytes", memory.totalBytes},
            {"memoryAvailableBytes", memory.availableBytes},
            {"diskBytes", disk.capacityBytes},
            {"diskAvailableBytes", disk.availableBytes},
            {"architecture", machine.architecture},
            {"osImage", machine.osImage},
            {"kernelVersion", machine.kernelVersion},
            {"interfaces", std::move(links)}};
}

json::array describeComponents(const std::vector<Component> &components) {
    json::array made;
    for (const Component &component : components)
        made.push_back(json::object{
            {"name", component.name}, {"health", healthName(component.health)}, {"message", component.message}});
    return made;
}

} // namespace

std::string_view healthName(Health health) {
    static constexpr std::string_view kNames[] = {"ok", "starting", "degraded", "failed", "stopping", "disabled"};
    return kNames[static_cast<size_t>(health)];
}

bool nodeReady(const api::Object &node) {
    const json::value parsed = json::parse(node.json());
    for (const json::value &condition : items(at(parsed.get_object(), {"status", "conditions"})))
        if (text(member(&condition, "type")) == "Ready")
            return text(member(&condition, "status")) == "True";
    return false;
}

bool nodeReadySince(const apiserver::Reader &reader, const std::string &name, WallTime since) {
    const auto node = reader.get(*api::findResource("", "v1", "nodes"), "", name);
    const auto lease = reader.get(*api::findResource("coordination.k8s.io", "v1", "leases"), "kube-node-lease", name);
    if (!node || !lease || !nodeReady(*node))
        return false;
    const json::value parsed = json::parse(lease->json());
    const auto renewed = api::MicroTime::parse(text(at(parsed.get_object(), {"spec", "renewTime"})));
    return renewed && *renewed && **renewed >= since;
}

Counts countObjects(const apiserver::Reader &reader) {
    Counts counts;
    for (const api::ObjectPtr &node : reader.list(*api::findResource("", "v1", "nodes"), "")) {
        ++counts.nodes;
        counts.nodesReady += nodeReady(*node);
    }
    counts.namespaces = static_cast<int64_t>(reader.list(*api::findResource("", "v1", "namespaces"), "").size());
    for (const api::ObjectPtr &pod : reader.list(*api::findResource("", "v1", "pods"), "")) {
        const json::value parsed = json::parse(pod->json());
        const json::object &root = parsed.get_object();
        const std::string_view phase = text(at(root, {"status", "phase"}));
        ++counts.pods;
        counts.podsRunning += phase == "Running";
        counts.podsPending += phase == "Pending";
        bool failing = phase == "Failed";
        for (const json::value &container : items(at(root, {"status", "containerStatuses"})))
            failing |= text(member(member(member(&container, "state"), "waiting"), "reason")).ends_with("BackOff");
        counts.podsFailing += failing;
    }
    return counts;
}

Health overallHealth(const std::vector<Component> &components, bool criticalNotice) {
    Health health = criticalNotice ? Health::Degraded : Health::Ok;
    for (const Component &component : components) {
        const bool essential = component.name == "apiserver" || component.name == "datastore";
        if (component.health == Health::Stopping)
            return Health::Stopping;
        if (component.health == Health::Failed)
            health = essential ? Health::Failed : std::max(health, Health::Degraded);
        else if (component.health == Health::Starting && health != Health::Failed)
            health = std::max(health, Health::Starting);
    }
    return health;
}

json::object describeStatus(const StatusParts &parts, WallTime startedAt, bool criticalNotice) {
    const auto components = parts.components();
    const Counts counts = countObjects(parts.reader);
    const auto node =
        parts.nodeName.empty() ? nullptr : parts.reader.get(*api::findResource("", "v1", "nodes"), "", parts.nodeName);
    json::array addresses;
    for (const auto &[type, address] : parts.addresses)
        addresses.push_back(json::object{{"type", type}, {"address", address}});
    json::object paths;
    for (const auto &[name, path] : parts.paths)
        paths[name] = path;
    return {
        {"product", json::object{{"name", parts.productName},
                                 {"version", parts.version},
                                 {"kubernetesVersion", parts.kubernetesVersion}}},
        {"health", healthName(overallHealth(components, criticalNotice))},
        {"startedAt", api::Time(startedAt).text()},
        {"process", json::object{{"pid", ::getpid()}, {"memoryBytes", ownMemoryBytes()}, {"service", runsAsService()}}},
        {"node", json::object{{"name", parts.nodeName}, {"role", "server"}, {"ready", node && nodeReady(*node)}}},
        {"addresses", std::move(addresses)},
        {"apiUrl", parts.apiUrl},
        {"components", describeComponents(components)},
        {"machine", describeMachine(parts.dataFolder)},
        {"counts", json::object{{"nodes", counts.nodes},
                                {"nodesReady", counts.nodesReady},
                                {"namespaces", counts.namespaces},
                                {"pods", counts.pods},
                                {"podsRunning", counts.podsRunning},
                                {"podsPending", counts.podsPending},
                                {"podsFailing", counts.podsFailing}}},
        {"paths", std::move(paths)}};
}

} // namespace coracle::appliance
