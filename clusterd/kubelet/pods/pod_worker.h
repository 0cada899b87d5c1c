#pragma once

#include "clusterd/kubelet/pods/node_context.h"
#include "clusterd/kubelet/pods/pod_status.h"

#include <memory>
#include <set>
#include <string>

namespace coracle::kubelet {

/// One pod's life on the node: a task that compares what is wanted with what the runtime has and does the next step,
/// again whenever something changed. Nothing of it need be remembered over a restart: sandboxes and containers carry
/// labels.
///
///     Running --(deletion, deadline, all containers done)--> Stopping --> Stopped --(gone from the API)--> Removed
///
/// Running: sandbox, init containers in order, containers; restarts with back-off. Stopping: hooks, signals, grace
/// period. Stopped: the final status is written, volumes and control group are gone. Removed: nothing is left in the
/// runtime.
class PodWorker : public std::enable_shared_from_this<PodWorker> {
public:
    enum class Stage { Running, Stopping, Stopped, Removed };

    /// A pod from the API (or a manifest).
    PodWorker(NodeContext &node, corev1::Pod pod);
    /// A pod that only the runtime still knows: everything of it is removed.
    static std::shared_ptr<PodWorker> orphan(NodeContext &node, const std::string &uid, std::string namespaceName,
                                             std::string name);

    void start(std::function<void(const std::string &uid)> ended);
    /// The API has a newer version.
    void update(corev1::Pod pod);
    /// The API does not have it any more.
    void removed();
    /// The runtime has news.
    void notify() { m_wakeup.notify(); }
    /// The node cannot take it: it fails with this reason and no container is started.
    void reject(std::string reason, std::string message);

    const std::shared_ptr<const corev1::Pod> &pod() const { return m_pod; }
    Stage stage() const { return m_stage; }
    /// It holds resources of the node (for the admission of others).
    bool active() const { return m_stage == Stage::Running || m_stage == Stage::Stopping; }
    const PodRuntime &runtime() const { return m_runtime; }

private:
    struct Kill {
        std::string reason; ///< of the event
        Duration grace{};
        bool preStop = true;
    };

    Task<> run();
    Task<Result<>> step();

    // pod_worker.cpp: the running pod
    Task<Result<>> stepRunning();
    bool shouldStop();
    Task<Result<>> prepare();
    Task<Result<>> ensureSandbox();
    Task<Result<std::string>> runtimeHandler();
    void publish();
    std::string terminationMessage(const cri::ContainerStatus &container);
    corev1::Pod podWithAddresses() const;

    // pod_worker_containers.cpp: containers of the running pod
    Task<Result<>> syncContainers();
    Task<Result<bool>> syncInitContainers();
    Task<Result<>> syncContainer(const corev1::Container &container);
    Task<Result<>> startContainer(const corev1::Container &container);
    Task<Result<>> createAndStart(const corev1::Container &container, const cri::Image &image);
    Result<cri::ContainerConfig> containerConfig(const corev1::Container &container, const cri::Image &image,
                                                 uint32_t restarts);
    bool inBackoff(const corev1::Container &container);
    void waitFor(const std::string &name, std::string reason, std::string message);
    void failedToStart(const corev1::Container &container, std::string reason, std::string message);
    bool wantsRestart(const corev1::Container &container, const cri::ContainerStatus &status) const;
    void startProbes();
    static Task<> postStart(std::shared_ptr<PodWorker> self, std::string name, std::string id);

    // pod_worker_termination.cpp: the end
    Task<Result<>> stepStopping();
    Task<Result<>> stepStopped();
    Task<Result<>> removeFromRuntime();
    void kill(const cri::ContainerStatus &container, Kill how);
    static Task<> killContainer(std::shared_ptr<PodWorker> self, cri::ContainerStatus container, Kill how);
    static Task<> preStop(std::shared_ptr<PodWorker> self, std::shared_ptr<const corev1::Pod> pod,
                          const corev1::Container *spec, const corev1::LifecycleHandler *hook, std::string id,
                          std::string ip, std::shared_ptr<Wakeup> done);
    Duration podGrace() const;

    NodeContext &m_node;
    std::shared_ptr<const corev1::Pod> m_pod;
    Wakeup m_wakeup;
    std::shared_ptr<PodProbes> m_probes;
    std::function<void(const std::string &)> m_ended;
    Stage m_stage = Stage::Running;
    bool m_gone = false;   ///< not in the API any more
    bool m_orphan = false; ///< never was, as far as this process knows
    std::string m_failedReason, m_failedMessage;
    PodRuntime m_runtime;
    bool m_inspected = false;
    std::map<std::string, WaitingReason, std::less<>> m_waiting;
    std::map<std::string, Duration> m_killing;     ///< container id to the grace that was given
    std::set<std::string> m_postStart;             ///< containers whose hook runs
    std::map<std::string, std::string> m_messages; ///< termination messages by container id
    PodObjects m_objects;
    PodVolumes m_volumes;
    cri::SandboxConfig m_sandboxConfig;
    WallTime m_startTime;
    SteadyTime m_nextPrepare{};
    Duration m_retry{};
};

} // namespace coracle::kubelet
