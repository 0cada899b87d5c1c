#include "core/api/table.h"
#include "core/api/table_row.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <set>

namespace coracle::api::table {

namespace {

using boost::json::value;
using json::items;
using json::member;

std::string_view textOf(const value *parent, std::string_view name) {
    return json::text(member(parent, name));
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return result;
}

int64_t memberCount(const value *object) {
    return int64_t(json::members(object).size());
}

std::vector<std::string> texts(const value *list) {
    std::vector<std::string> result;
    for (const value &item : items(list))
        result.emplace_back(json::text(&item));
    return result;
}

void printConfigMap(Row &row) {
    row.addText("metadata.name");
    row.add(memberCount(row.at("data")) + memberCount(row.at("binaryData")));
    row.addAge();
}

void printSecret(Row &row) {
    row.addText("metadata.name");
    row.addText("type");
    row.add(memberCount(row.at("data")));
    row.addAge();
}

void printNamespace(Row &row) {
    row.addText("metadata.name");
    row.addText("status.phase");
    row.addAge();
}

void printServiceAccount(Row &row) {
    row.addText("metadata.name");
    row.addAge();
}

std::string nodeStatus(const Row &row) {
    std::string status = "Unknown";
    if (const value *ready = conditionOf(row.object, "Ready"))
        status = textOf(ready, "status") == "True" ? "Ready" : "NotReady";
    return json::isTrue(row.at("spec.unschedulable")) ? status + ",SchedulingDisabled" : status;
}

std::string nodeRoles(const Row &row) {
    constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
    std::set<std::string> roles;
    for (const auto &[key, label] : json::members(row.at("metadata.labels"))) {
        const std::string_view name = key;
        if (name.starts_with(kPrefix) && name.size() > kPrefix.size())
            roles.emplace(name.substr(kPrefix.size()));
        else if (name == "kubernetes.io/role" && !json::text(&label).empty())
            roles.emplace(json::text(&label));
    }
    return roles.empty() ? "<none>" : joined({roles.begin(), roles.end()});
}

std::string_view nodeAddress(const Row &row, std::string_view type) {
    for (const value &address : items(row.at("status.addresses")))
        if (textOf(&address, "type") == type)
            return textOf(&address, "address");
    return "<none>";
}

void printNode(Row &row) {
    row.addText("metadata.name");
    row.add(nodeStatus(row));
    row.add(nodeRoles(row));
    row.addAge();
    row.addText("status.nodeInfo.kubeletVersion");
    row.add(nodeAddress(row, "InternalIP"));
    row.add(nodeAddress(row, "ExternalIP"));
    row.addText("status.nodeInfo.osImage", "<unknown>");
    const std::string_view architecture = row.text("status.nodeInfo.architecture");
    const std::string_view kernel = row.text("status.nodeInfo.kernelVersion", "<unknown>");
    row.add(architecture.empty() ? std::string(kernel) : fmt::format("{} ({})", kernel, architecture));
    row.addText("status.nodeInfo.containerRuntimeVersion", "<unknown>");
}

std::string externalAddress(const Row &row) {
    const std::string_view type = row.text("spec.type");
    std::vector<std::string> addresses = texts(row.at("spec.externalIPs"));
    if (type == "ExternalName")
        return std::string(row.text("spec.externalName"));
    if (type == "LoadBalancer") {
        std::vector<std::string> all = ingressAddresses(row);
        all.insert(all.end(), addresses.begin(), addresses.end());
        return all.empty() ? "<pending>" : joined(all);
    }
    if (type == "ClusterIP" || type == "NodePort")
        return addresses.empty() ? "<none>" : joined(addresses);
    return "<unknown>";
}

std::string servicePorts(const Row &row) {
    std::vector<std::string> ports;
    for (const value &port : items(row.at("spec.ports"))) {
        const int64_t number = json::integer(member(&port, "port")), node = json::integer(member(&port, "nodePort"));
        const std::string_view protocol = textOf(&port, "protocol");
        ports.push_back(node > 0 ? fmt::format("{}:{}/{}", number, node, protocol)
                                 : fmt::format("{}/{}", number, protocol));
    }
    return ports.empty() ? "<none>" : joined(ports);
}

void printService(Row &row) {
    row.addText("metadata.name");
    row.addText("spec.type");
    const auto &addresses = items(row.at("spec.clusterIPs"));
    const std::string_view first = addresses.empty() ? row.text("spec.clusterIP") : json::text(&addresses[0]);
    row.add(first.empty() ? "<none>" : first);
    row.add(externalAddress(row));
    row.add(servicePorts(row));
    row.addAge();
    row.add(labelsText(row.at("spec.selector")));
}

std::string withPort(std::string_view address, int64_t port) {
    return address.find(':') == std::string_view::npos ? fmt::format("{}:{}", address, port)
                                                       : fmt::format("[{}]:{}", address, port);
}

std::string endpointsText(const Row &row) {
    const auto &subsets = items(row.at("subsets"));
    if (subsets.empty())
        return "<none>";
    std::vector<std::string> endpoints;
    for (const value &subset : subsets) {
        const auto &ports = items(member(&subset, "ports"));
        const auto &addresses = items(member(&subset, "addresses"));
        if (ports.empty())
            for (const value &address : addresses)
                endpoints.emplace_back(textOf(&address, "ip"));
        for (const value &port : ports)
            for (const value &address : addresses)
                endpoints.push_back(withPort(textOf(&address, "ip"), json::integer(member(&port, "port"))));
    }
    return firstThree(endpoints, "");
}

void printEndpoints(Row &row) {
    row.addText("metadata.name");
    row.add(endpointsText(row));
    row.addAge();
}

/// Of core/v1 and events.k8s.io/v1, whose names differ.
void printEvent(Row &row) {
    const auto either = [&](std::string_view core, std::string_view other) {
        const value *found = row.at(core);
        return found ? found : row.at(other);
    };
    const value *object = either("involvedObject", "regarding");
    const value *source = either("source", "deprecatedSource");
    const value *firstTime = either("firstTimestamp", "deprecatedFirstTimestamp");
    const value *lastTime = either("lastTimestamp", "deprecatedLastTimestamp");
    const std::string first = row.since(firstTime ? firstTime : row.at("eventTime"));
    std::string last = lastTime ? row.since(lastTime) : first;
    int64_t count = std::max<int64_t>(json::integer(either("count", "deprecatedCount")), 1);
    if (const value *series = row.at("series")) {
        last = row.since(member(series, "lastObservedTime"));
        count = json::integer(member(series, "count"));
    }
    std::string target = lower(textOf(object, "kind"));
    if (const std::string_view name = textOf(object, "name"); !name.empty())
        target += fmt::format("/{}", name);
    std::string_view component = textOf(source, "component"), host = textOf(source, "host");
    if (component.empty() && host.empty()) {
        component = json::text(either("reportingComponent", "reportingController"));
        host = row.text("reportingInstance");
    }
    std::string_view message = json::text(either("message", "note"));
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    message.remove_prefix(std::min(message.find_first_not_of(kSpace), message.size()));
    message = message.substr(0, message.find_last_not_of(kSpace) + 1);
    row.add(last);
    row.addText("type");
    row.addText("reason");
    row.add(target);
    row.add(textOf(object, "fieldPath"));
    row.add(host.empty() ? std::string(component) : fmt::format("{}, {}", component, host));
    row.add(message);
    row.add(first);
    row.add(count);
    row.addText("metadata.name");
}

std::string_view volumeStatus(const Row &row) {
    return row.at("metadata.deletionTimestamp") ? "Terminating" : row.text("status.phase");
}

/// The name of a storage class that was set by the annotation of old, or by the field.
std::string_view storageClass(const Row &row) {
    const value *old = member(row.at("metadata.annotations"), "volume.beta.kubernetes.io/storage-class");
    return old ? json::text(old) : row.text("spec.storageClassName");
}

void printPersistentVolume(Row &row) {
    row.addText("metadata.name");
    row.add(scalarText(row.at("spec.capacity.storage"), ""));
    row.add(accessModes(row.at("spec.accessModes")));
    row.addText("spec.persistentVolumeReclaimPolicy");
    row.add(volumeStatus(row));
    row.add(row.at("spec.claimRef")
                ? fmt::format("{}/{}", row.text("spec.claimRef.namespace"), row.text("spec.claimRef.name"))
                : "");
    row.add(storageClass(row));
    row.addText("spec.volumeAttributesClassName", "<unset>");
    row.addText("status.reason");
    row.addAge();
    row.addText("spec.volumeMode", "<unset>");
}

void printPersistentVolumeClaim(Row &row) {
    const bool bound = !row.text("spec.volumeName").empty();
    row.addText("metadata.name");
    row.add(volumeStatus(row));
    row.addText("spec.volumeName");
    row.add(bound ? scalarText(row.at("status.capacity.storage"), "0") : "");
    row.add(bound ? accessModes(row.at("status.accessModes")) : "");
    row.add(storageClass(row));
    row.addText("spec.volumeAttributesClassName", "<unset>");
    row.addAge();
    row.addText("spec.volumeMode", "<unset>");
}

void printResourceQuota(Row &row) {
    std::map<std::string_view, const value *> hard;
    for (const auto &[name, amount] : json::members(row.at("status.hard")))
        hard.emplace(name, &amount);
    std::vector<std::string> requests, limits;
    const value *used = row.at("status.used");
    for (const auto &[name, amount] : hard)
        (name.starts_with("limits.") ? limits : requests)
            .push_back(fmt::format("{}: {}/{}", name, scalarText(member(used, name), "0"), scalarText(amount, "0")));
    row.addText("metadata.name");
    row.add(joined(requests, ", "));
    row.add(joined(limits, ", "));
    row.addAge();
}

void printComponentStatus(Row &row) {
    std::string_view status = "Unknown", message, error;
    for (const value &condition : items(row.at("conditions"))) {
        if (textOf(&condition, "type") != "Healthy")
            continue;
        status = textOf(&condition, "status") == "True" ? "Healthy" : "Unhealthy";
        message = textOf(&condition, "message");
        error = textOf(&condition, "error");
    }
    row.addText("metadata.name");
    row.add(status);
    row.add(message);
    row.add(error);
}

void printEndpointSlice(Row &row) {
    std::vector<std::string> ports, addresses;
    for (const value &port : items(row.at("ports"))) {
        const std::string_view name = textOf(&port, "name");
        ports.push_back(scalarText(member(&port, "port"), name.empty() ? "*" : name));
    }
    for (const value &endpoint : items(row.at("endpoints")))
        for (std::string &address : texts(member(&endpoint, "addresses")))
            addresses.push_back(std::move(address));
    row.addText("metadata.name");
    row.addText("addressType");
    row.add(firstThree(ports, "<unset>"));
    row.add(firstThree(addresses, "<unset>"));
    row.addAge();
}

} // namespace

Printer corePrinter(std::string_view group, std::string_view kind) {
    struct Known {
        std::string_view group, kind;
        Printer printer;
    };
    static constexpr Known kKnown[] = {
        {"", "ComponentStatus", printComponentStatus},
        {"", "ConfigMap", printConfigMap},
        {"", "Endpoints", printEndpoints},
        {"", "Event", printEvent},
        {"", "Namespace", printNamespace},
        {"", "Node", printNode},
        {"", "PersistentVolume", printPersistentVolume},
        {"", "PersistentVolumeClaim", printPersistentVolumeClaim},
        {"", "ResourceQuota", printResourceQuota},
        {"", "Secret", printSecret},
        {"", "Service", printService},
        {"", "ServiceAccount", printServiceAccount},
        {"discovery.k8s.io", "EndpointSlice", printEndpointSlice},
        {"events.k8s.io", "Event", printEvent},
    };
    for (const Known &known : kKnown)
        if (known.group == group && known.kind == kind)
            return known.printer;
    return nullptr;
}

} // namespace coracle::api::table
