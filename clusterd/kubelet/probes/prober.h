#pragma once

#include "clusterd/kubelet/cri/runtime_service.h"
#include "clusterd/kubelet/probes/probe_transport.h"
#include "core/api/types/core_v1.h"

#include <string>

namespace coracle::kubelet {

enum class ProbeResult { Success, Failure };

struct ProbeOutcome {
    ProbeResult result = ProbeResult::Failure;
    std::string output;
};

/// Where a probe or a hook goes.
struct ProbeTarget {
    std::string containerId;
    std::string podIp;
    const corev1::Container &container; ///< for named ports
};

/// Carries out one probe.
class Prober {
public:
    Prober(cri::RuntimeService &runtime, ProbeTransport &transport) : m_runtime(runtime), m_transport(transport) {}

    Task<ProbeOutcome> probe(const corev1::Probe &probe, ProbeTarget target);

    /// A lifecycle hook (postStart, preStop) except sleep; the error is the event's message.
    Task<Result<>> runHook(const corev1::LifecycleHandler &handler, ProbeTarget target);

private:
    Task<ProbeOutcome> http(const corev1::HTTPGetAction &action, ProbeTarget target, std::chrono::seconds timeout);

    cri::RuntimeService &m_runtime;
    ProbeTransport &m_transport;
};

/// The number of a port given by number or by the container's name for it.
Result<uint16_t> resolvePort(const api::IntOrString &port, const corev1::Container &container);

} // namespace coracle::kubelet
