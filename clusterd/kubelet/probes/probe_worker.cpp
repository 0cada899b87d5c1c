#include "clusterd/kubelet/probes/probe_worker.h"

#include "clusterd/kubelet/container/pod_spec.h"
#include "clusterd/kubelet/pods/references.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

const corev1::Probe *probeOf(const corev1::Container &container, ProbeKind kind) {
    switch (kind) {
    case ProbeKind::Startup:
        return container.startupProbe.get();
    case ProbeKind::Readiness:
        return container.readinessProbe.get();
    case ProbeKind::Liveness:
        break;
    }
    return container.livenessProbe.get();
}

Duration period(const corev1::Probe &probe) {
    return std::chrono::seconds(std::max(probe.periodSeconds, 1));
}

} // namespace

std::string_view probeName(ProbeKind kind) {
    return kind == ProbeKind::Startup ? "Startup" : kind == ProbeKind::Readiness ? "Readiness" : "Liveness";
}

const ProbeState *PodProbes::state(std::string_view name) const {
    auto found = m_running.find(name);
    return found == m_running.end() ? nullptr : found->second.get();
}

void PodProbes::end(const std::string &name) {
    if (auto found = m_running.find(name); found != m_running.end()) {
        found->second->stopped = true;
        m_running.erase(found);
    }
}

void PodProbes::endAll() {
    for (auto &[name, state] : m_running)
        state->stopped = true;
}

void PodProbes::begin(std::shared_ptr<const corev1::Pod> pod, const std::string &name, const std::string &containerId,
                      WallTime startedAt, const std::string &podIp, std::optional<ProbeState> adopted) {
    if (auto found = m_running.find(name); found != m_running.end()) {
        if (found->second->containerId == containerId)
            return;
        end(name);
    }
    const auto *container = findContainer(*pod, name);
    if (!container)
        return;
    auto state = std::make_shared<Running>();
    state->containerId = containerId;
    state->started = !container->startupProbe;
    state->ready = !container->readinessProbe;
    if (adopted && adopted->containerId == containerId) {
        state->started = state->started || adopted->started;
        state->ready = state->ready || adopted->ready;
    }
    m_running[name] = state;
    for (ProbeKind kind : {ProbeKind::Startup, ProbeKind::Readiness, ProbeKind::Liveness}) {
        if (!probeOf(*container, kind) || (kind == ProbeKind::Startup && state->started))
            continue;
        auto job = std::make_shared<Job>(Job{shared_from_this(), state, pod, name, podIp, startedAt, kind});
        m_context.gate.spawn([job] { return run(*job); });
    }
}

/// Readiness and liveness wait for the startup probe.
bool PodProbes::held(const Job &job) {
    return job.kind != ProbeKind::Startup && !job.state->started;
}

void PodProbes::apply(const Job &job, const corev1::Probe &probe, const ProbeOutcome &outcome, int count) {
    bool success = outcome.result == ProbeResult::Success;
    int threshold = success ? std::max(probe.successThreshold, 1) : std::max(probe.failureThreshold, 1);
    if (!success)
        job.probes->m_context.events.event(referenceTo(*job.pod, job.name), client::EventKind::Warning, "Unhealthy",
                                           fmt::format("{} probe failed: {}", probeName(job.kind), outcome.output));
    if (count < threshold)
        return;
    auto before = std::tuple(job.state->started, job.state->ready, job.state->failed.empty());
    if (job.kind == ProbeKind::Readiness) {
        job.state->ready = success;
    } else if (success) {
        job.state->started = true;
    } else {
        job.state->failed = fmt::format("Container {} failed {} probe", job.name,
                                        job.kind == ProbeKind::Startup ? "startup" : "liveness");
        job.state->failureGracePeriodSeconds = probe.terminationGracePeriodSeconds;
    }
    if (before != std::tuple(job.state->started, job.state->ready, job.state->failed.empty()))
        job.probes->m_changed();
}

Task<> PodProbes::run(Job job) {
    auto &clock = job.probes->m_context.clock;
    const auto *container = findContainer(*job.pod, job.name);
    const auto *probe = probeOf(*container, job.kind);
    auto ripe = job.startedAt + std::chrono::seconds(probe->initialDelaySeconds);
    Duration pause = std::max<Duration>(ripe - clock.now(), Duration::zero());
    ProbeResult last = ProbeResult::Failure;
    int count = 0;
    while (!job.probes->m_context.gate.closed() && !job.state->stopped) {
        if (pause > Duration::zero()) {
            auto slept = co_await clock.sleep(pause);
            if (!slept)
                co_return;
        }
        pause = period(*probe);
        if (job.state->stopped)
            co_return;
        if (held(job)) {
            // Begin right after the start-up has been seen, not a whole period later.
            pause = std::min<Duration>(pause, std::chrono::seconds(1));
            continue;
        }
        ProbeTarget target{job.state->containerId, job.podIp, *container};
        auto outcome = co_await job.probes->m_context.prober.probe(*probe, target);
        if (job.probes->m_context.gate.closed() || job.state->stopped)
            co_return;
        count = outcome.result == last ? count + 1 : 1;
        last = outcome.result;
        apply(job, *probe, outcome, count);
        bool over = job.kind == ProbeKind::Startup ? job.state->started : false;
        if (over || !job.state->failed.empty())
            co_return; // restarted soon; the next container has probes of its own
    }
}

} // namespace coracle::kubelet
