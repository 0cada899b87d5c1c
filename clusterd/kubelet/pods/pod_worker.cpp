#include "clusterd/kubelet/pods/pod_worker.h"

#include "clusterd/kubelet/container/container_config.h"
#include "clusterd/kubelet/container/hosts_file.h"
#include "clusterd/kubelet/container/labels.h"
#include "clusterd/kubelet/container/resources.h"
#include "clusterd/kubelet/logs/log_reader.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/pods/references.h"
#include "clusterd/kubelet/volumes/object_fetcher.h"
#include "core/api/types/node_v1.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <fmt/format.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFirstRetry = 500ms, kLongestRetry = 2min;
constexpr size_t kMessageBytesMax = 4096, kLogMessageBytesMax = 2048;
constexpr int kLogMessageLinesMax = 80;

} // namespace

PodWorker::PodWorker(NodeContext &node, corev1::Pod pod)
    : m_node(node),
      m_pod(std::make_shared<const corev1::Pod>(std::move(pod))),
      m_wakeup(node.gate, node.clock),
      m_startTime(m_pod->status.startTime.valueOr(node.clock.now())) {}

std::shared_ptr<PodWorker> PodWorker::orphan(NodeContext &node, const std::string &uid, std::string namespaceName,
                                             std::string name) {
    corev1::Pod pod;
    pod.metadata.uid = uid;
    pod.metadata.namespace_ = std::move(namespaceName);
    pod.metadata.name = std::move(name);
    auto worker = std::make_shared<PodWorker>(node, std::move(pod));
    worker->m_gone = worker->m_orphan = true;
    return worker;
}

void PodWorker::start(std::function<void(const std::string &uid)> ended) {
    m_ended = std::move(ended);
    std::weak_ptr<PodWorker> weak = weak_from_this();
    m_probes = std::make_shared<PodProbes>(PodProbes::Context{m_node.prober, m_node.clock, m_node.gate, m_node.events},
                                           [weak] {
                                               if (auto self = weak.lock())
                                                   self->notify();
                                           });
    m_wakeup.notify();
    m_node.gate.spawn([self = shared_from_this()] { return self->run(); });
}

void PodWorker::update(corev1::Pod pod) {
    m_pod = std::make_shared<const corev1::Pod>(std::move(pod));
    notify();
}

void PodWorker::removed() {
    m_gone = true;
    notify();
}

void PodWorker::reject(std::string reason, std::string message) {
    m_node.events.event(referenceTo(*m_pod), client::EventKind::Warning, reason, message);
    m_failedReason = std::move(reason);
    m_failedMessage = std::move(message);
    notify();
}

Task<> PodWorker::run() {
    auto self = shared_from_this(); // the task keeps its object
    while (co_await m_wakeup.wait()) {
        auto done = co_await step();
        if (m_node.gate.closed())
            break;
        if (!done) {
            m_retry = m_retry == Duration::zero() ? kFirstRetry : std::min<Duration>(m_retry * 2, kLongestRetry);
            log::warning("kubelet", "pod {}: {}", podKey(*m_pod), done.error().message);
            m_wakeup.notifyAfter(m_retry);
        } else {
            m_retry = Duration::zero();
        }
        if (m_stage == Stage::Removed) {
            m_ended(m_pod->metadata.uid);
            break;
        }
    }
}

Task<Result<>> PodWorker::step() {
    auto runtime = co_await m_node.watcher.inspect(m_pod->metadata.uid);
    if (!runtime)
        co_return std::unexpected(withContext("cannot ask the runtime", runtime.error()));
    m_runtime = std::move(*runtime);
    m_inspected = true;
    switch (m_stage) {
    case Stage::Running:
        co_return co_await stepRunning();
    case Stage::Stopping:
        co_return co_await stepStopping();
    case Stage::Stopped:
        co_return co_await stepStopped();
    case Stage::Removed:
        break;
    }
    co_return Result<>{};
}

/// Deletion, failure, deadline, or nothing left to do.
bool PodWorker::shouldStop() {
    if (m_gone || m_pod->metadata.deletionTimestamp || !m_failedReason.empty() || isTerminal(m_pod->status))
        return true;
    if (auto seconds = m_pod->spec.activeDeadlineSeconds) {
        auto left = m_startTime + std::chrono::seconds(*seconds) - m_node.clock.now();
        if (left <= WallTime::duration::zero()) {
            m_failedReason = "DeadlineExceeded";
            m_failedMessage = "Pod was active on the node longer than the specified deadline";
            m_node.events.event(referenceTo(*m_pod), client::EventKind::Normal, m_failedReason, m_failedMessage);
            return true;
        }
        m_wakeup.notifyAfter(left);
    }
    const auto *status = m_node.statuses.get(m_pod->metadata.uid);
    return status && isTerminal(*status);
}

Task<Result<>> PodWorker::stepRunning() {
    startProbes();
    if (m_inspected && !m_orphan)
        publish();
    if (shouldStop()) {
        m_stage = Stage::Stopping;
        co_return co_await stepStopping();
    }
    CO_CHECK(co_await prepare());
    CO_CHECK(co_await ensureSandbox());
    auto synced = co_await syncContainers();
    startProbes();
    publish();
    // Containers may have been all that there was to do.
    const auto *status = m_node.statuses.get(m_pod->metadata.uid);
    if (status && isTerminal(*status))
        notify();
    m_wakeup.notifyAfter(m_node.options.podResync);
    co_return synced;
}

/// Control group, folders, objects and volumes; from time to time again, because contents change.
Task<Result<>> PodWorker::prepare() {
    bool first = m_nextPrepare == SteadyTime{};
    if (!first && m_node.clock.steadyNow() < m_nextPrepare)
        co_return Result<>{};
    auto pod = std::make_shared<const corev1::Pod>(podWithAddresses());
    if (m_node.cgroups) {
        auto values = podCgroupValues(*pod);
        CO_CHECK(m_node.cgroups->ensure(podCgroup(m_node.options.cgroupRoot, *pod),
                                        {values.cpuShares, values.cpuQuota, values.memoryLimitBytes}));
    }
    CO_CHECK(makeFolder(m_node.options.paths.pod(pod->metadata.uid), 0750));
    CO_CHECK(makeFolder(m_node.options.paths.logs(pod->metadata.namespace_, pod->metadata.name, pod->metadata.uid)));
    auto objects = co_await fetchObjects(m_node.client, *pod);
    if (objects)
        m_objects = std::move(*objects);
    else if (first)
        co_return std::unexpected(objects.error());
    auto volumes = co_await m_node.volumes.setUp(*pod, m_objects, m_node.allocatable);
    if (!volumes) {
        m_node.events.event(referenceTo(*m_pod), client::EventKind::Warning, "FailedMount", volumes.error().message);
        // A running pod goes on with the contents it has.
        if (first)
            co_return std::unexpected(volumes.error());
    } else {
        m_volumes = std::move(*volumes);
    }
    m_nextPrepare = m_node.clock.steadyNow() + m_node.options.podResync;
    co_return Result<>{};
}

/// What the pod's RuntimeClass names; empty: the runtime's default.
Task<Result<std::string>> PodWorker::runtimeHandler() {
    std::string name = m_pod->spec.runtimeClassName.value_or("");
    if (name.empty())
        co_return std::string();
    auto runtimeClass = co_await client::get<nodev1::RuntimeClass>(m_node.client, "", name);
    if (runtimeClass)
        co_return runtimeClass->handler;
    auto failure =
        withContext(fmt::format("failed to get sandbox runtime: RuntimeClass \"{}\"", name), runtimeClass.error());
    m_node.events.event(referenceTo(*m_pod), client::EventKind::Warning, "FailedCreatePodSandBox", failure.message);
    co_return std::unexpected(failure);
}

Task<Result<>> PodWorker::ensureSandbox() {
    const auto *ready = m_runtime.readySandbox();
    uint32_t attempt = m_runtime.sandboxes.empty() ? 0 : m_runtime.sandboxes.front().metadata.attempt + (ready ? 0 : 1);
    SandboxInput input{*m_pod, m_node.options.paths, m_node.dns, podCgroup(m_node.options.cgroupRoot, *m_pod), attempt};
    auto config = makeSandboxConfig(input);
    if (!config) {
        m_node.events.event(referenceTo(*m_pod), client::EventKind::Warning, "FailedCreatePodSandBox",
                            config.error().message);
        co_return std::unexpected(config.error());
    }
    m_sandboxConfig = std::move(*config);
    if (ready)
        co_return Result<>{};
    if (!m_runtime.sandboxes.empty()) {
        // The old sandbox is gone, and with it the namespaces of what still runs in it.
        m_node.events.event(referenceTo(*m_pod), client::EventKind::Normal, "SandboxChanged",
                            "Pod sandbox changed, it will be killed and re-created.");
        CO_CHECK(co_await m_node.runtime.stopPodSandbox(m_runtime.sandboxes.front().id));
    }
    CO_TRY(auto handler, co_await runtimeHandler());
    auto sandbox = co_await m_node.runtime.runPodSandbox(m_sandboxConfig, handler);
    if (!sandbox) {
        m_node.events.event(referenceTo(*m_pod), client::EventKind::Warning, "FailedCreatePodSandBox",
                            "Failed to create pod sandbox: " + sandbox.error().message);
        co_return std::unexpected(withContext("failed to create pod sandbox", sandbox.error()));
    }
    CO_TRY(m_runtime, co_await m_node.watcher.inspect(m_pod->metadata.uid));
    // The address is news for users and for downward API volumes.
    publish();
    auto pod = podWithAddresses();
    auto hostname = podHostname(pod, m_node.dns.clusterDomain);
    std::vector<std::string> ips;
    for (const auto &ip : pod.status.podIPs)
        ips.push_back(ip.ip);
    auto nodeHosts = pod.spec.hostNetwork ? readFile(m_node.options.hostsFile) : Result<std::string>("");
    CO_CHECK(writeFileAtomic(m_node.options.paths.etcHosts(pod.metadata.uid),
                             hostsFile(pod, ips, hostname.value_or(PodHostname{}), nodeHosts.value_or("")), 0644));
    co_return Result<>{};
}

/// The pod with the addresses that it has by now, for environment variables and volumes.
corev1::Pod PodWorker::podWithAddresses() const {
    corev1::Pod pod = *m_pod;
    if (const auto *status = m_node.statuses.get(pod.metadata.uid)) {
        pod.status.hostIP = status->hostIP;
        pod.status.hostIPs = status->hostIPs;
        pod.status.podIP = status->podIP;
        pod.status.podIPs = status->podIPs;
    }
    if (pod.status.hostIP.empty() && !m_node.hostIps.empty()) {
        pod.status.hostIP = m_node.hostIps.front();
        pod.status.hostIPs.clear();
        for (const auto &ip : m_node.hostIps)
            pod.status.hostIPs.emplace_back().ip = ip;
    }
    return pod;
}

void PodWorker::publish() {
    if (m_orphan)
        return;
    bool over = m_stage != Stage::Running || m_gone || m_pod->metadata.deletionTimestamp;
    corev1::Pod pod = *m_pod;
    // What was said last counts, also before the API has repeated it.
    if (const auto *last = m_node.statuses.get(pod.metadata.uid))
        pod.status = *last;
    pod.status.conditions = m_pod->status.conditions;
    StatusInput input{.pod = pod,
                      .runtime = m_runtime,
                      .waiting = m_waiting,
                      .probes = m_probes.get(),
                      .terminationMessage = [this](const cri::ContainerStatus &c) { return terminationMessage(c); },
                      .hostIps = m_node.hostIps,
                      .startTime = m_startTime,
                      .terminal = over,
                      .failedReason = m_failedReason,
                      .failedMessage = m_failedMessage};
    m_node.statuses.set(m_pod, computePodStatus(input));
}

std::string PodWorker::terminationMessage(const cri::ContainerStatus &container) {
    if (auto known = m_messages.find(container.id); known != m_messages.end())
        return known->second;
    auto annotation = [&](std::string_view key) {
        auto found = container.annotations.find(key);
        return found == container.annotations.end() ? std::string() : found->second;
    };
    std::string message;
    if (std::string file = annotation(kMessageFileAnnotation); !file.empty()) {
        auto text = readFile(file, 1 << 20);
        message = text.value_or("").substr(0, kMessageBytesMax);
    }
    if (message.empty() && container.exitCode != 0 && annotation(kMessagePolicyAnnotation) == "FallbackToLogsOnError")
        message = logTail(container.logPath, kLogMessageLinesMax, kLogMessageBytesMax);
    m_messages[container.id] = message;
    return message;
}

} // namespace coracle::kubelet
