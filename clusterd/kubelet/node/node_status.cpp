#include "clusterd/kubelet/node/node_status.h"

#include "core/api/typed.h"
#include "core/api/types/coordination_v1.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr auto kRetry = 1s;
constexpr size_t kImagesMax = 50;
/// Upstream's default hard eviction thresholds.
constexpr uint64_t kMemoryAvailableLeast = 100u << 20;
constexpr double kDiskAvailableLeast = 0.10, kInodesFreeLeast = 0.05;

corev1::NodeCondition condition(std::string_view type, bool status, std::string reason, std::string message) {
    corev1::NodeCondition made;
    made.type = type;
    made.status = status ? "True" : "False";
    made.reason = std::move(reason);
    made.message = std::move(message);
    return made;
}

const corev1::NodeCondition *find(const corev1::NodeStatus &status, std::string_view type) {
    auto found = std::ranges::find(status.conditions, type, &corev1::NodeCondition::type);
    return found == status.conditions.end() ? nullptr : &*found;
}

/// Equal but for the heartbeat.
bool sameBesidesHeartbeat(corev1::NodeStatus a, corev1::NodeStatus b) {
    for (auto *status : {&a, &b})
        for (auto &entry : status->conditions)
            entry.lastHeartbeatTime = {};
    return a == b;
}

} // namespace

NodeReporter::NodeReporter(Context context)
    : m_context(context), m_machine(readMachineInfo()), m_wakeup(context.gate, context.clock) {
    const auto &options = m_context.options;
    m_addresses = options.nodeIps.empty() ? defaultAddresses() : options.nodeIps;
    auto binary = [](int64_t value) { return api::Quantity(value, api::Quantity::Format::BinarySi); };
    m_capacity["cpu"] = api::Quantity(m_machine.cpus);
    m_capacity["memory"] = binary(m_machine.memoryBytes);
    m_capacity["pods"] = api::Quantity(options.podsMax);
    m_capacity["ephemeral-storage"] = binary(static_cast<int64_t>(diskUsage(options.paths.root).capacityBytes));
    for (const auto &[size, bytes] : m_machine.hugepagesBytes)
        m_capacity["hugepages-" + size] = binary(bytes);
    m_allocatable = m_capacity;
    for (const auto &[name, amount] : options.reserved)
        if (auto found = m_allocatable.find(name); found != m_allocatable.end())
            found->second = amount < found->second ? found->second - amount : api::Quantity();
}

client::ObjectReference NodeReporter::reference() const {
    client::ObjectReference reference;
    reference.apiVersion = "v1";
    reference.kind = "Node";
    reference.name = m_context.options.nodeName;
    reference.uid = m_context.options.nodeName; // events about nodes carry the name, as upstream's kubelet does it
    return reference;
}

void NodeReporter::start() {
    m_context.gate.spawn([this] { return statusLoop(); });
    m_context.gate.spawn([this] { return leaseLoop(); });
}

Task<> NodeReporter::statusLoop() {
    m_wakeup.notify();
    while (co_await m_wakeup.wait()) {
        auto reported = co_await report();
        if (m_context.gate.closed())
            break;
        if (!reported)
            log::warning("kubelet", "cannot report the node's status: {}", reported.error().message);
        const auto *ready = m_lastStatus ? find(*m_lastStatus, "Ready") : nullptr;
        bool settled = reported && ready && ready->status == "True";
        // Until the node is ready for the first time, look more often: others wait for it.
        m_wakeup.notifyAfter(settled ? m_context.options.nodeStatusCheck : Duration(reported ? 250ms : kRetry));
    }
}

corev1::Node NodeReporter::initialNode() const {
    const auto &options = m_context.options;
    corev1::Node node;
    node.metadata.name = options.nodeName;
    node.metadata.labels = {{"kubernetes.io/hostname", options.nodeName},
                            {"kubernetes.io/os", "linux"},
                            {"kubernetes.io/arch", m_machine.architecture},
                            {"beta.kubernetes.io/os", "linux"},
                            {"beta.kubernetes.io/arch", m_machine.architecture}};
    for (const auto &[key, value] : options.labels)
        node.metadata.labels[key] = value;
    node.spec.providerID = options.providerId;
    for (const auto &taint : options.taints) {
        auto &entry = node.spec.taints.emplace_back();
        entry.key = taint.key;
        entry.value = taint.value;
        entry.effect = taint.effect;
    }
    return node;
}

Task<Result<>> NodeReporter::registerNode() {
    corev1::Node wanted = initialNode();
    auto existing = co_await client::get<corev1::Node>(m_context.client, "", wanted.metadata.name);
    if (!existing && !isNotFound(existing.error()))
        co_return std::unexpected(existing.error());
    if (!existing) {
        wanted.status = co_await computeStatus(corev1::NodeStatus());
        auto created = co_await client::create<corev1::Node>(m_context.client, wanted);
        if (!created)
            co_return std::unexpected(created.error());
        m_nodeUid = created->metadata.uid;
        log::info("kubelet", "registered node {}", wanted.metadata.name);
    } else {
        m_nodeUid = existing->metadata.uid;
        // The labels that name the machine are ours; taints and others belong to the administrator by now.
        boost::json::object labels;
        for (const auto &[key, value] : wanted.metadata.labels)
            if (auto found = existing->metadata.labels.find(key);
                found == existing->metadata.labels.end() || found->second != value)
                labels[key] = value;
        if (!labels.empty()) {
            boost::json::object patch{{"metadata", boost::json::object{{"labels", std::move(labels)}}}};
            CO_CHECK(co_await m_context.client.patch(corev1::Node::resource(), "", wanted.metadata.name,
                                                     client::PatchType::Merge, boost::json::serialize(patch)));
        }
    }
    m_registered = true;
    m_context.events.event(reference(), client::EventKind::Normal, "Starting", "Starting kubelet.");
    co_return Result<>{};
}

Task<Result<>> NodeReporter::report() {
    if (!m_registered)
        CO_CHECK(co_await registerNode());
    const auto &name = m_context.options.nodeName;
    auto node = co_await client::get<corev1::Node>(m_context.client, "", name);
    if (!node && isNotFound(node.error()))
        m_registered = false; // deleted by somebody: the next look registers it again
    if (!node)
        co_return std::unexpected(node.error());
    if (!node->spec.podCIDR.empty() && node->spec.podCIDR != m_podCidr) {
        std::string cidrs = node->spec.podCIDR;
        for (size_t i = 1; i < node->spec.podCIDRs.size(); ++i)
            cidrs += "," + node->spec.podCIDRs[i];
        auto told = co_await m_context.runtime.updateRuntimeConfig(cidrs);
        if (told)
            m_podCidr = node->spec.podCIDR;
    }
    auto status = co_await computeStatus(node->status);
    auto now = m_context.clock.steadyNow();
    bool due = now - m_lastReport >= m_context.options.nodeStatusReport || m_lastReport == SteadyTime{};
    m_lastStatus = status;
    if (!due && sameBesidesHeartbeat(status, node->status))
        co_return Result<>{};
    boost::json::object patch{{"status", api::encodeToValue(status)}};
    client::WriteOptions options;
    options.subresource = "status";
    CO_CHECK(co_await m_context.client.patch(corev1::Node::resource(), "", name, client::PatchType::Merge,
                                             boost::json::serialize(patch), options));
    m_lastReport = now;
    co_return Result<>{};
}

void NodeReporter::compareCondition(corev1::NodeStatus &status, const corev1::NodeStatus &before,
                                    corev1::NodeCondition made) {
    const auto *old = find(before, made.type);
    made.lastHeartbeatTime = m_context.clock.now();
    bool changed = !old || old->status != made.status;
    made.lastTransitionTime = changed ? made.lastHeartbeatTime : old->lastTransitionTime;
    if (changed && (old || made.type == "Ready")) {
        bool good = made.type == "Ready" ? made.status == "True" : made.status == "False";
        std::string reason = made.type == "Ready"
                                 ? (good ? "NodeReady" : "NodeNotReady")
                                 : fmt::format("NodeHas{}", made.reason.substr(made.reason.find("Has") + 3));
        m_context.events.event(reference(), client::EventKind::Normal, reason,
                               fmt::format("Node {} status is now: {}", m_context.options.nodeName, reason));
    }
    status.conditions.push_back(std::move(made));
}

Task<> NodeReporter::addConditions(corev1::NodeStatus &status, const corev1::NodeStatus &before) {
    auto memory = memoryUsage();
    bool memoryShort = memory.availableBytes < kMemoryAvailableLeast;
    compareCondition(status, before,
                     condition("MemoryPressure", memoryShort,
                               memoryShort ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
                               memoryShort ? "kubelet has insufficient memory available"
                                           : "kubelet has sufficient memory available"));
    auto disk = diskUsage(m_context.options.paths.root);
    bool diskShort = disk.capacityBytes > 0 && (disk.availableBytes < disk.capacityBytes * kDiskAvailableLeast ||
                                                (disk.inodes > 0 && disk.inodesFree < disk.inodes * kInodesFreeLeast));
    compareCondition(status, before,
                     condition("DiskPressure", diskShort,
                               diskShort ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
                               diskShort ? "kubelet has disk pressure" : "kubelet has no disk pressure"));
    auto pids = pidUsage();
    bool pidsShort = pids.most > 0 && pids.running > pids.most * 9 / 10;
    compareCondition(
        status, before,
        condition("PIDPressure", pidsShort, pidsShort ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID",
                  pidsShort ? "kubelet has insufficient PID available" : "kubelet has sufficient PID available"));
    std::vector<std::string> problems;
    auto runtime = co_await m_context.runtime.status();
    if (!runtime) {
        problems.push_back("container runtime is down: " + runtime.error().message);
    } else {
        for (const auto &entry : *runtime)
            if (!entry.status)
                problems.push_back(
                    fmt::format("container runtime {}: {}={} reason:{} message:{}",
                                entry.type == "NetworkReady" ? "network not ready" : "status check failed", entry.type,
                                entry.status, entry.reason, entry.message));
    }
    std::string message = "kubelet is posting ready status";
    if (!problems.empty()) {
        message.clear();
        for (const auto &problem : problems)
            message += (message.empty() ? "" : ", ") + problem;
        message = "[" + message + "]";
    }
    compareCondition(
        status, before,
        condition("Ready", problems.empty(), problems.empty() ? "KubeletReady" : "KubeletNotReady", message));
}

Task<corev1::NodeStatus> NodeReporter::computeStatus(const corev1::NodeStatus &before) {
    corev1::NodeStatus status = before;
    status.capacity = m_capacity;
    status.allocatable = m_allocatable;
    status.addresses.clear();
    for (const auto &ip : m_addresses) {
        auto &entry = status.addresses.emplace_back();
        entry.type = "InternalIP";
        entry.address = ip;
    }
    auto &host = status.addresses.emplace_back();
    host.type = "Hostname";
    host.address = m_context.options.nodeName;
    status.daemonEndpoints.kubeletEndpoint.Port = m_port;
    if (m_runtimeVersion.empty())
        if (auto version = co_await m_context.runtime.version())
            m_runtimeVersion = fmt::format("{}://{}", version->runtimeName, version->runtimeVersion);
    auto &info = status.nodeInfo;
    info.machineID = m_machine.machineId;
    info.systemUUID = m_machine.systemUuid;
    info.bootID = m_machine.bootId;
    info.kernelVersion = m_machine.kernelVersion;
    info.osImage = m_machine.osImage;
    info.operatingSystem = "linux";
    info.architecture = m_machine.architecture;
    info.kubeletVersion = m_context.options.kubeletVersion;
    info.containerRuntimeVersion = m_runtimeVersion;
    if (auto images = co_await m_context.images.listImages()) {
        std::ranges::sort(*images, std::greater<>(), &cri::Image::sizeBytes);
        images->resize(std::min(images->size(), kImagesMax));
        status.images.clear();
        for (const auto &image : *images) {
            auto &entry = status.images.emplace_back();
            entry.names = image.digests;
            entry.names.insert(entry.names.end(), image.tags.begin(), image.tags.end());
            entry.sizeBytes = static_cast<int64_t>(image.sizeBytes);
        }
    }
    // Conditions of others (the network's) stay.
    auto ours = [](const auto &c) {
        return c.type == "Ready" || c.type == "MemoryPressure" || c.type == "DiskPressure" || c.type == "PIDPressure";
    };
    std::erase_if(status.conditions, ours);
    co_await addConditions(status, before);
    co_return status;
}

Task<Result<>> NodeReporter::renewLease() {
    const auto &options = m_context.options;
    auto lease = co_await client::get<coordinationv1::Lease>(m_context.client, "kube-node-lease", options.nodeName);
    if (!lease && !isNotFound(lease.error()))
        co_return std::unexpected(lease.error());
    bool isNew = !lease;
    coordinationv1::Lease wanted = isNew ? coordinationv1::Lease() : std::move(*lease);
    wanted.metadata.name = options.nodeName;
    wanted.metadata.namespace_ = "kube-node-lease";
    if (wanted.metadata.ownerReferences.empty() && !m_nodeUid.empty()) {
        auto &owner = wanted.metadata.ownerReferences.emplace_back();
        owner.apiVersion = "v1";
        owner.kind = "Node";
        owner.name = options.nodeName;
        owner.uid = m_nodeUid;
    }
    wanted.spec.holderIdentity = options.nodeName;
    wanted.spec.leaseDurationSeconds = static_cast<int32_t>(options.leaseDuration.count());
    wanted.spec.renewTime = m_context.clock.now();
    if (isNew) {
        CO_CHECK(co_await client::create<coordinationv1::Lease>(m_context.client, wanted));
    } else {
        CO_CHECK(co_await client::update<coordinationv1::Lease>(m_context.client, wanted));
    }
    co_return Result<>{};
}

Task<> NodeReporter::leaseLoop() {
    Duration period = m_context.options.leaseDuration / 4;
    while (!m_context.gate.closed()) {
        Duration pause = period;
        if (m_registered) {
            auto renewed = co_await renewLease();
            if (m_context.gate.closed())
                break;
            if (!renewed) {
                log::warning("kubelet", "cannot renew the node's lease: {}", renewed.error().message);
                pause = kRetry;
            }
        } else {
            pause = kRetry;
        }
        auto slept = co_await m_context.clock.sleep(pause);
        if (!slept)
            break;
    }
}

} // namespace coracle::kubelet
