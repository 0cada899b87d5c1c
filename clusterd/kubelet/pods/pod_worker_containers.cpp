#include "clusterd/kubelet/container/container_config.h"
#include "clusterd/kubelet/container/labels.h"
#include "clusterd/kubelet/pods/pod_worker.h"
#include "clusterd/kubelet/pods/references.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

WallTime startOf(const cri::ContainerStatus &container) {
    return WallTime(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(container.startedAt)));
}

bool isRunning(const cri::ContainerStatus *container) {
    return container && container->state == cri::ContainerState::Running;
}

/// What the API says of a container that this process has not started: its probes' last results.
std::optional<ProbeState> knownProbes(const corev1::Pod &pod, const std::string &name, const std::string &id) {
    for (const auto *list : {&pod.status.containerStatuses, &pod.status.initContainerStatuses})
        for (const auto &status : *list)
            if (status.name == name && status.containerID.ends_with(id) && !id.empty()) {
                ProbeState state;
                state.containerId = id;
                state.started = status.started.value_or(false);
                state.ready = status.ready;
                return state;
            }
    return std::nullopt;
}

const corev1::LifecycleHandler *postStartOf(const corev1::Container &container) {
    return container.lifecycle ? container.lifecycle->postStart.get() : nullptr;
}

/// An empty file for the termination message, writable by whatever user the container has.
Result<std::string> makeMessageFile(const std::filesystem::path &folder, uint32_t restarts) {
    CHECK(makeFolder(folder, 0750));
    std::filesystem::path file = folder / fmt::format("{}.message", restarts);
    int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return errors::fromErrno(fmt::format("cannot create {}", file.string()), errno);
    ::fchmod(fd, 0666);
    ::close(fd);
    return file.string();
}

} // namespace

void PodWorker::startProbes() {
    std::string ip;
    if (m_pod->spec.hostNetwork && !m_node.hostIps.empty())
        ip = m_node.hostIps.front();
    else if (const auto *sandbox = m_runtime.readySandbox(); sandbox && !sandbox->ips.empty())
        ip = sandbox->ips.front();
    for (const auto *list : {&m_pod->spec.initContainers, &m_pod->spec.containers})
        for (const auto &container : *list) {
            const auto *status = m_runtime.latest(container.name);
            if (!isRunning(status)) {
                m_probes->end(container.name);
                continue;
            }
            m_probes->begin(m_pod, container.name, status->id, startOf(*status), ip,
                            knownProbes(*m_pod, container.name, status->id));
        }
}

void PodWorker::waitFor(const std::string &name, std::string reason, std::string message) {
    m_waiting[name] = {std::move(reason), std::move(message)};
}

/// An error that belongs to the container: it shows in its status and the pod tries again later.
void PodWorker::failedToStart(const corev1::Container &container, std::string reason, std::string message) {
    m_node.events.event(referenceTo(*m_pod, container.name), client::EventKind::Warning, "Failed", "Error: " + message);
    waitFor(container.name, std::move(reason), std::move(message));
    m_wakeup.notifyAfter(10s);
}

bool PodWorker::wantsRestart(const corev1::Container &container, const cri::ContainerStatus &status) const {
    std::string policy = container.restartPolicy.value_or(m_pod->spec.restartPolicy);
    if (policy == "Never")
        return false;
    return policy != "OnFailure" || status.exitCode != 0 || status.state == cri::ContainerState::Unknown;
}

/// Whether the container must wait before its next start; says so in its status.
bool PodWorker::inBackoff(const corev1::Container &container) {
    const auto *last = m_runtime.latest(container.name);
    if (!last || last->state != cri::ContainerState::Exited)
        return false;
    std::string key = fmt::format("{}_{}_{}", m_pod->metadata.uid, container.name, containerHash(container));
    auto now = m_node.clock.steadyNow();
    auto ago = m_node.clock.now().time_since_epoch() - std::chrono::nanoseconds(last->finishedAt);
    // A clock that was set back must not make the pause longer than it is.
    auto event = now - std::max<Duration>(ago, Duration::zero());
    auto wait = m_node.crashBackoff.remaining(key, event, now);
    if (wait <= Duration::zero()) {
        m_node.crashBackoff.next(key, event, now);
        return false;
    }
    auto pause = std::chrono::duration_cast<std::chrono::seconds>(m_node.crashBackoff.pause(key)).count();
    std::string text = pause < 60 ? fmt::format("{}s", pause) : fmt::format("{}m{}s", pause / 60, pause % 60);
    m_node.events.event(
        referenceTo(*m_pod, container.name), client::EventKind::Warning, "BackOff",
        fmt::format("Back-off restarting failed container {} in pod {}", container.name, describe(*m_pod)));
    waitFor(container.name, "CrashLoopBackOff",
            fmt::format("back-off {} restarting failed container={} pod={}", text, container.name, describe(*m_pod)));
    m_wakeup.notifyAfter(wait);
    return true;
}

/// True when the main containers may run.
Task<Result<bool>> PodWorker::syncInitContainers() {
    const auto *sandbox = m_runtime.readySandbox();
    // Init containers of an earlier sandbox don't count; once main containers have run here, init is over.
    bool mainRan = std::ranges::any_of(m_runtime.containers, [&](const auto &c) {
        return sandbox && c.sandboxId == sandbox->id && !isInitContainer(*m_pod, c.name);
    });
    auto pod = m_pod;
    for (const auto &container : pod->spec.initContainers) {
        const auto *status = m_runtime.latest(container.name);
        if (status && sandbox && status->sandboxId != sandbox->id && !isRunning(status))
            status = nullptr;
        if (isSidecar(container)) {
            CO_CHECK(co_await syncContainer(container));
            const auto *probes = m_probes->state(container.name);
            bool started = isRunning(m_runtime.latest(container.name)) && probes && probes->started &&
                           !m_postStart.contains(probes->containerId);
            if (!started && !mainRan)
                co_return false;
            continue;
        }
        if (mainRan || (status && status->state == cri::ContainerState::Exited && status->exitCode == 0)) {
            m_waiting.erase(container.name);
            continue;
        }
        if (isRunning(status)) {
            m_waiting.erase(container.name);
            co_return false;
        }
        if (status && status->state == cri::ContainerState::Exited && pod->spec.restartPolicy == "Never")
            co_return false;
        CO_CHECK(co_await startContainer(container));
        co_return false;
    }
    co_return true;
}

Task<Result<>> PodWorker::syncContainers() {
    CO_TRY(bool initialised, co_await syncInitContainers());
    if (!initialised)
        co_return Result<>{};
    auto pod = m_pod;
    for (const auto &container : pod->spec.containers) {
        CO_CHECK(co_await syncContainer(container));
        // A postStart hook holds back the containers after it, as upstream's loop does.
        if (!m_postStart.empty())
            break;
    }
    co_return Result<>{};
}

/// A main container or a sidecar: it runs, is made to run, or has done its work.
Task<Result<>> PodWorker::syncContainer(const corev1::Container &container) {
    const auto *status = m_runtime.latest(container.name);
    if (isRunning(status)) {
        m_waiting.erase(container.name);
        if (m_killing.contains(status->id))
            co_return Result<>{};
        auto hash = status->annotations.find(kHashAnnotation);
        if (hash != status->annotations.end() && hash->second != containerHash(container)) {
            kill(*status,
                 {fmt::format("Container {} definition changed, will be restarted", container.name), podGrace()});
            co_return Result<>{};
        }
        const auto *probes = m_probes->state(container.name);
        if (probes && !probes->failed.empty()) {
            Duration grace = podGrace();
            if (probes->failureGracePeriodSeconds)
                grace = std::chrono::seconds(*probes->failureGracePeriodSeconds);
            kill(*status, {probes->failed + ", will be restarted", grace});
        }
        co_return Result<>{};
    }
    bool ended = status && status->state != cri::ContainerState::Created;
    if (ended && !isSidecar(container) && !wantsRestart(container, *status)) {
        m_waiting.erase(container.name);
        co_return Result<>{};
    }
    co_return co_await startContainer(container);
}

Task<Result<>> PodWorker::startContainer(const corev1::Container &container) {
    // Made but never started: this process was killed in between.
    const auto *created = m_runtime.latest(container.name);
    if (created && created->state == cri::ContainerState::Created)
        CO_CHECK(co_await m_node.runtime.removeContainer(created->id));
    auto waiting = m_waiting.find(container.name);
    bool pulling = waiting != m_waiting.end() && waiting->second.reason != "CrashLoopBackOff" &&
                   waiting->second.reason != "RunContainerError" && waiting->second.reason != "PostStartHookError";
    // The back-off counts starts, not the steps (a pull, a missing ConfigMap) on the way to one.
    if (!pulling && inBackoff(container))
        co_return Result<>{};
    std::weak_ptr<PodWorker> weak = weak_from_this();
    auto changed = [weak] {
        if (auto self = weak.lock())
            self->notify();
    };
    auto image = co_await m_node.puller.ensure(*m_pod, container, m_objects, m_sandboxConfig, changed);
    if (!image) {
        failedToStart(container, "ImageInspectError", image.error().message);
        co_return Result<>{};
    }
    switch (image->phase) {
    case ImageState::Phase::Pulling:
        waitFor(container.name, "ContainerCreating", "");
        co_return Result<>{};
    case ImageState::Phase::Failed:
        waitFor(container.name, image->reason, image->message);
        if (image->nextRetry)
            m_wakeup.notifyAt(*image->nextRetry);
        co_return Result<>{};
    case ImageState::Phase::Ready:
        break;
    }
    co_return co_await createAndStart(container, image->image);
}

Result<cri::ContainerConfig> PodWorker::containerConfig(const corev1::Container &container, const cri::Image &image,
                                                        uint32_t restarts) {
    corev1::Pod pod = podWithAddresses();
    auto services = m_node.services ? m_node.services(pod.metadata.namespace_)
                                    : std::vector<std::shared_ptr<const corev1::Service>>();
    TRY(auto environment, makeEnvironment({pod, container, m_objects, services, m_node.allocatable}));
    TRY(auto mounts, m_node.volumes.containerMounts(pod, container, m_volumes, environment));
    TRY(auto devices, m_node.volumes.containerDevices(container, m_volumes));
    bool ownHosts = std::ranges::any_of(mounts, [](const auto &m) { return m.containerPath == "/etc/hosts"; });
    ContainerInput input{.pod = pod,
                         .container = container,
                         .image = image,
                         .environment = std::move(environment),
                         .mounts = std::move(mounts),
                         .devices = std::move(devices),
                         .messageFile = {},
                         .hostsFile = ownHosts ? "" : m_node.options.paths.etcHosts(pod.metadata.uid).string(),
                         .restartCount = restarts,
                         .memoryCapacity = amount(m_node.capacity, "memory").value()};
    if (!container.terminationMessagePath.empty()) {
        TRY(input.messageFile,
            makeMessageFile(m_node.options.paths.container(pod.metadata.uid, container.name), restarts));
    }
    return makeContainerConfig(input);
}

Task<Result<>> PodWorker::createAndStart(const corev1::Container &container, const cri::Image &image) {
    auto about = referenceTo(*m_pod, container.name);
    uint32_t restarts = 0;
    if (const auto *last = m_runtime.latest(container.name); last && last->state != cri::ContainerState::Created)
        restarts = static_cast<uint32_t>(restartCount(*last)) + 1;
    else if (const auto *status = m_node.statuses.get(m_pod->metadata.uid))
        for (const auto *list : {&status->containerStatuses, &status->initContainerStatuses})
            for (const auto &entry : *list)
                if (entry.name == container.name && (entry.state.terminated || entry.lastState.terminated))
                    restarts = static_cast<uint32_t>(entry.restartCount) + 1;
    auto config = containerConfig(container, image, restarts);
    if (!config) {
        failedToStart(container, "CreateContainerConfigError", config.error().message);
        co_return Result<>{};
    }
    const auto *sandbox = m_runtime.readySandbox();
    if (!sandbox)
        co_return errors::other("the pod's sandbox is gone");
    auto id = co_await m_node.runtime.createContainer(sandbox->id, *config, m_sandboxConfig);
    if (!id) {
        failedToStart(container, "CreateContainerError", id.error().message);
        co_return Result<>{};
    }
    m_node.puller.used(*m_pod, container);
    m_node.events.event(about, client::EventKind::Normal, "Created", "Created container: " + container.name);
    auto started = co_await m_node.runtime.startContainer(*id);
    m_messages.erase(*id);
    CO_TRY(m_runtime, co_await m_node.watcher.inspect(m_pod->metadata.uid));
    if (!started) {
        failedToStart(container, "RunContainerError", started.error().message);
        co_return Result<>{};
    }
    m_waiting.erase(container.name);
    m_node.events.event(about, client::EventKind::Normal, "Started", "Started container " + container.name);
    if (postStartOf(container)) {
        m_postStart.insert(*id);
        m_node.gate.spawn(
            [self = shared_from_this(), name = container.name, made = *id] { return postStart(self, name, made); });
    }
    startProbes();
    notify();
    co_return Result<>{};
}

Task<> PodWorker::postStart(std::shared_ptr<PodWorker> self, std::string name, std::string id) {
    auto pod = self->m_pod;
    const auto *container = findContainer(*pod, name);
    const auto *handler = container ? postStartOf(*container) : nullptr;
    std::string failure;
    if (handler && handler->sleep) {
        auto slept = co_await self->m_node.clock.sleep(std::chrono::seconds(handler->sleep->seconds));
        if (!slept)
            co_return;
    } else if (handler) {
        std::string ip;
        if (const auto *sandbox = self->m_runtime.readySandbox(); sandbox && !sandbox->ips.empty())
            ip = sandbox->ips.front();
        ProbeTarget target{id, ip, *container};
        auto run = co_await self->m_node.prober.runHook(*handler, target);
        if (!run)
            failure = run.error().message;
    }
    if (self->m_node.gate.closed())
        co_return;
    self->m_postStart.erase(id);
    if (!failure.empty()) {
        self->m_node.events.event(referenceTo(*pod, name), client::EventKind::Warning, "FailedPostStartHook",
                                  "PostStartHook failed: " + failure);
        self->waitFor(name, "PostStartHookError", failure);
        if (const auto *status = self->m_runtime.byId(id))
            self->kill(*status, {"FailedPostStartHook", self->podGrace()});
    }
    self->notify();
}

} // namespace coracle::kubelet
