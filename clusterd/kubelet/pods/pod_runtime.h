#pragma once

#include "clusterd/kubelet/cri/runtime_service.h"
#include "clusterd/kubelet/pods/wakeup.h"
#include "core/base/gate.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace coracle::kubelet {

/// What the runtime has of one pod; newest first.
struct PodRuntime {
    std::vector<cri::SandboxStatus> sandboxes;
    std::vector<cri::ContainerStatus> containers;

    /// The newest sandbox, when it is ready.
    const cri::SandboxStatus *readySandbox() const;
    /// Null when there was none of this name.
    const cri::ContainerStatus *latest(std::string_view name) const;
    const cri::ContainerStatus *byId(std::string_view id) const;
    /// The one before the latest.
    const cri::ContainerStatus *previous(std::string_view name) const;
    bool anyRunning() const;
};

/// Watches the runtime and tells which pods changed there: by the runtime's events where it has them, and by comparing
/// lists, every second without events and rarely with them.
class RuntimeWatcher {
public:
    using Handler = std::function<void(const std::string &podUid)>;

    RuntimeWatcher(cri::RuntimeService &runtime, Clock &clock, Gate &gate, Handler changed);

    /// Begins to watch. The first relist must have been done by then.
    void start();
    /// Lists everything once. The handler is called for every pod that differs from the last time.
    Task<Result<>> relist();

    /// The pod's sandboxes and containers as they are now.
    Task<Result<PodRuntime>> inspect(std::string podUid);
    /// All pods that the last relist saw: uid to (namespace, name).
    struct PodName {
        std::string namespaceName, name;
    };
    std::map<std::string, PodName> pods() const;
    /// The pod is gone from the runtime.
    void forget(const std::string &podUid);

    /// When the runtime last answered a relist.
    SteadyTime lastRelist() const { return m_lastRelist; }

private:
    struct Seen {
        std::string podUid;
        int state = 0;
    };

    Task<> relistLoop();
    Task<> eventLoop();
    Task<> settle(std::string id);

    cri::RuntimeService &m_runtime;
    Clock &m_clock;
    Gate &m_gate;
    Handler m_changed;
    Wakeup m_wakeup;
    std::map<std::string, Seen> m_seen; ///< by container or sandbox id
    std::map<std::string, PodName> m_pods;
    std::map<std::string, cri::ContainerStatus> m_ended; ///< exited containers never change again
    SteadyTime m_lastRelist{};
    bool m_events = false;
};

} // namespace coracle::kubelet
