#include "clusterd/kubelet/container/labels.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/pods/pod_worker.h"
#include "clusterd/kubelet/pods/references.h"
#include "core/base/log.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

/// Always given, so that a container can react to the signal at all.
constexpr auto kLeastGrace = 2s;

bool mayRun(const cri::ContainerStatus &container) {
    return container.state == cri::ContainerState::Running || container.state == cri::ContainerState::Unknown;
}

} // namespace

Duration PodWorker::podGrace() const {
    // Taken out of the API by force (grace period 0): nobody waits for it any more.
    if (m_gone && !m_orphan)
        return kLeastGrace;
    return std::chrono::seconds(gracePeriodSeconds(*m_pod));
}

/// Begins to end a container, or shortens the grace of one that is ending.
void PodWorker::kill(const cri::ContainerStatus &container, Kill how) {
    auto known = m_killing.find(container.id);
    bool shorter = known != m_killing.end() && how.grace < known->second;
    if (known != m_killing.end() && !shorter)
        return;
    if (shorter)
        how.preStop = false; // it runs already, or has been cut
    m_killing[container.id] = how.grace;
    if (!shorter)
        m_node.events.event(referenceTo(*m_pod, container.name), client::EventKind::Normal, "Killing", how.reason);
    m_node.gate.spawn([self = shared_from_this(), container, how] { return killContainer(self, container, how); });
}

Task<> PodWorker::killContainer(std::shared_ptr<PodWorker> self, cri::ContainerStatus container, Kill how) {
    auto pod = self->m_pod;
    const auto *spec = findContainer(*pod, container.name);
    const auto *hook = spec && spec->lifecycle && how.preStop && how.grace > Duration::zero()
                           ? spec->lifecycle->preStop.get()
                           : nullptr;
    auto deadline = self->m_node.clock.steadyNow() + how.grace;
    if (hook) {
        // The hook runs within the grace period; what is over it goes on in the background and is cut by the kill.
        auto done = std::make_shared<Wakeup>(self->m_node.gate, self->m_node.clock);
        std::string ip = !self->m_runtime.sandboxes.empty() && !self->m_runtime.sandboxes.front().ips.empty()
                             ? self->m_runtime.sandboxes.front().ips.front()
                             : "";
        self->m_node.gate.spawn([self, pod, spec, hook, id = container.id, ip, done] {
            return preStop(self, pod, spec, hook, id, ip, done);
        });
        done->notifyAt(deadline);
        if (!co_await done->wait())
            co_return;
    }
    auto left = std::max<Duration>(deadline - self->m_node.clock.steadyNow(), kLeastGrace);
    auto stopped =
        co_await self->m_node.runtime.stopContainer(container.id, std::chrono::ceil<std::chrono::seconds>(left));
    if (self->m_node.gate.closed())
        co_return;
    if (!stopped)
        log::warning("kubelet", "cannot stop container {} of pod {}: {}", container.name, podKey(*pod),
                     stopped.error().message);
    self->m_killing.erase(container.id);
    self->notify();
}

Task<> PodWorker::preStop(std::shared_ptr<PodWorker> self, std::shared_ptr<const corev1::Pod> pod,
                          const corev1::Container *spec, const corev1::LifecycleHandler *hook, std::string id,
                          std::string ip, std::shared_ptr<Wakeup> done) {
    if (hook->sleep) {
        auto slept = co_await self->m_node.clock.sleep(std::chrono::seconds(hook->sleep->seconds));
        (void)slept; // cut short or not, the container is stopped next
    } else {
        ProbeTarget target{id, ip, *spec};
        auto run = co_await self->m_node.prober.runHook(*hook, target);
        if (!run && !self->m_node.gate.closed())
            self->m_node.events.event(referenceTo(*pod, spec->name), client::EventKind::Warning, "FailedPreStopHook",
                                      "PreStopHook failed: " + run.error().message);
    }
    done->notify();
}

Task<Result<>> PodWorker::stepStopping() {
    m_probes->endAll();
    std::vector<const cri::ContainerStatus *> running;
    for (const auto &container : m_runtime.containers)
        if (mayRun(container))
            running.push_back(&container);
    // Main containers go first, then sidecars in reverse order (KEP-753).
    bool mainRuns = std::ranges::any_of(running, [&](const auto *c) {
        const auto *spec = findContainer(*m_pod, c->name);
        return !spec || !isInitContainer(*m_pod, c->name) || !isSidecar(*spec);
    });
    auto reason = [](const auto *c) { return "Stopping container " + c->name; };
    if (mainRuns) {
        for (const auto *container : running) {
            const auto *spec = findContainer(*m_pod, container->name);
            if (!spec || !isInitContainer(*m_pod, container->name) || !isSidecar(*spec))
                kill(*container, {reason(container), podGrace()});
        }
    } else if (!running.empty()) {
        auto order = [&](const auto *c) {
            auto found = std::ranges::find(m_pod->spec.initContainers, c->name, &corev1::Container::name);
            return found - m_pod->spec.initContainers.begin();
        };
        const auto *last = *std::ranges::max_element(running, {}, order);
        kill(*last, {reason(last), podGrace()});
    }
    publish();
    if (!running.empty()) {
        // The runtime's news wake us; this is for news that were lost.
        m_wakeup.notifyAfter(5s);
        co_return Result<>{};
    }
    for (const auto &sandbox : m_runtime.sandboxes)
        if (sandbox.state == cri::SandboxState::Ready)
            CO_CHECK(co_await m_node.runtime.stopPodSandbox(sandbox.id));
    auto stopped = co_await m_node.watcher.inspect(m_pod->metadata.uid);
    if (!stopped)
        co_return std::unexpected(stopped.error());
    m_runtime = std::move(*stopped);
    m_stage = Stage::Stopped;
    publish();
    co_return co_await stepStopped();
}

Task<Result<>> PodWorker::stepStopped() {
    auto uid = m_pod->metadata.uid;
    // The messages are read before their files go.
    for (const auto &container : m_runtime.containers)
        terminationMessage(container);
    CO_CHECK(m_node.volumes.tearDown(uid));
    if (m_node.cgroups)
        for (QosClass qos : {QosClass::Guaranteed, QosClass::Burstable, QosClass::BestEffort})
            CO_CHECK(m_node.cgroups->remove(podCgroup(m_node.options.cgroupRoot, qos, uid)));
    publish();
    if (m_gone)
        co_return co_await removeFromRuntime();
    if (!m_pod->metadata.deletionTimestamp)
        co_return Result<>{};
    // The last status first, then the pod itself: nobody else may delete it while it runs.
    CO_CHECK(co_await m_node.statuses.flush(uid));
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    options.preconditionUid = uid;
    auto deleted = co_await m_node.client.remove(corev1::Pod::resource(), m_pod->metadata.namespace_,
                                                 m_pod->metadata.name, options);
    if (!deleted && !isNotFound(deleted.error()) && !isConflict(deleted.error()))
        co_return std::unexpected(withContext("cannot delete the pod", deleted.error()));
    // With finalizers it stays a while.
    m_wakeup.notifyAfter(m_node.options.podResync);
    co_return Result<>{};
}

Task<Result<>> PodWorker::removeFromRuntime() {
    auto uid = m_pod->metadata.uid;
    for (const auto &sandbox : m_runtime.sandboxes)
        CO_CHECK(co_await m_node.runtime.removePodSandbox(sandbox.id));
    for (const auto &container : m_runtime.containers)
        CO_CHECK(co_await m_node.runtime.removeContainer(container.id));
    std::error_code ignored;
    std::filesystem::remove_all(m_node.options.paths.logs(m_pod->metadata.namespace_, m_pod->metadata.name, uid),
                                ignored);
    m_node.puller.forget(uid);
    m_node.statuses.forget(uid);
    m_node.watcher.forget(uid);
    m_stage = Stage::Removed;
    co_return Result<>{};
}

} // namespace coracle::kubelet
