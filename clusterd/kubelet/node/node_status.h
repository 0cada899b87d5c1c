#pragma once

#include "clusterd/kubelet/cri/runtime_service.h"
#include "clusterd/kubelet/node/machine_info.h"
#include "clusterd/kubelet/options.h"
#include "clusterd/kubelet/pods/wakeup.h"
#include "core/api/types/core_v1.h"
#include "core/base/gate.h"
#include "core/client/event_recorder.h"

#include <memory>
#include <optional>

namespace coracle::kubelet {

/// The Node object: registers it, keeps its status true (on change at once, otherwise every five minutes) and renews
/// its Lease.
class NodeReporter {
public:
    struct Context {
        const KubeletOptions &options;
        client::Client &client;
        Clock &clock;
        Gate &gate;
        cri::RuntimeService &runtime;
        cri::ImageService &images;
        client::EventRecorder &events;
    };

    explicit NodeReporter(Context context);

    const std::map<std::string, api::Quantity, std::less<>> &capacity() const { return m_capacity; }
    const std::map<std::string, api::Quantity, std::less<>> &allocatable() const { return m_allocatable; }
    const std::vector<std::string> &addresses() const { return m_addresses; }
    /// The port of the kubelet's server, for status.daemonEndpoints; before start().
    void setPort(uint16_t port) { m_port = port; }

    /// Begins to register and report in the background.
    void start();
    /// Looks again now (the network became ready).
    void checkSoon() { m_wakeup.notify(); }

private:
    Task<> statusLoop();
    Task<> leaseLoop();
    Task<Result<>> report();
    Task<Result<>> registerNode();
    Task<Result<>> renewLease();
    Task<corev1::NodeStatus> computeStatus(const corev1::NodeStatus &before);
    Task<> addConditions(corev1::NodeStatus &status, const corev1::NodeStatus &before);
    void compareCondition(corev1::NodeStatus &status, const corev1::NodeStatus &before, corev1::NodeCondition made);
    corev1::Node initialNode() const;
    client::ObjectReference reference() const;

    Context m_context;
    MachineInfo m_machine;
    std::map<std::string, api::Quantity, std::less<>> m_capacity, m_allocatable;
    std::vector<std::string> m_addresses;
    uint16_t m_port = 0;
    Wakeup m_wakeup;
    bool m_registered = false;
    std::string m_nodeUid, m_podCidr;
    std::optional<corev1::NodeStatus> m_lastStatus;
    SteadyTime m_lastReport{};
    std::string m_runtimeVersion;
};

} // namespace coracle::kubelet
