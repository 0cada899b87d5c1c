#pragma once

#include "clusterd/kubelet/probes/prober.h"
#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/client/event_recorder.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace coracle::kubelet {

enum class ProbeKind { Startup, Readiness, Liveness };
std::string_view probeName(ProbeKind kind); ///< "Startup", as in events

/// What the probes of one running container have found.
struct ProbeState {
    std::string containerId;
    bool started = false;
    bool ready = false;
    std::string failed;                               ///< why it must be restarted; empty: all is well
    std::optional<int64_t> failureGracePeriodSeconds; ///< of the probe that failed
};

/// Probes the containers of one pod: for each kind a task that lives as long as the container. Every change is
/// reported.
class PodProbes : public std::enable_shared_from_this<PodProbes> {
public:
    struct Context {
        Prober &prober;
        Clock &clock;
        Gate &gate;
        client::EventRecorder &events;
    };

    PodProbes(Context context, std::function<void()> changed) : m_context(context), m_changed(std::move(changed)) {}

    /// Begins to probe the container unless it is probed already. A container that is adopted after a restart keeps
    /// what was known of it.
    void begin(std::shared_ptr<const corev1::Pod> pod, const std::string &name, const std::string &containerId,
               WallTime startedAt, const std::string &podIp, std::optional<ProbeState> adopted);
    /// The container is not running any more.
    void end(const std::string &name);
    /// No more readiness and liveness probes (the pod is terminating).
    void endAll();

    /// Null when the container is not probed.
    const ProbeState *state(std::string_view name) const;

private:
    struct Running : ProbeState {
        bool stopped = false;
    };
    struct Job {
        std::shared_ptr<PodProbes> probes;
        std::shared_ptr<Running> state;
        std::shared_ptr<const corev1::Pod> pod;
        std::string name, podIp;
        WallTime startedAt;
        ProbeKind kind;
    };

    static Task<> run(Job job);
    static bool held(const Job &job);
    static void apply(const Job &job, const corev1::Probe &probe, const ProbeOutcome &outcome, int count);

    Context m_context;
    std::function<void()> m_changed;
    std::map<std::string, std::shared_ptr<Running>, std::less<>> m_running; ///< by container name
};

} // namespace coracle::kubelet
