#pragma once

#include "clusterd/kubelet/container/pod_spec.h"
#include "clusterd/kubelet/pods/pod_runtime.h"
#include "clusterd/kubelet/probes/probe_worker.h"

#include <functional>
#include <string>
#include <vector>

/// The pod's status from what the runtime and the worker know: pure functions.
namespace coracle::kubelet {

/// Why a container is not running although it should (CrashLoopBackOff, ErrImagePull, ...).
struct WaitingReason {
    std::string reason, message;
};

struct StatusInput {
    const corev1::Pod &pod; ///< with its last status
    const PodRuntime &runtime;
    const std::map<std::string, WaitingReason, std::less<>> &waiting;
    const PodProbes *probes = nullptr;
    /// The termination message of an ended container.
    std::function<std::string(const cri::ContainerStatus &)> terminationMessage;
    std::vector<std::string> hostIps;
    WallTime startTime;
    /// The pod itself was ended, with this phase's reason ("DeadlineExceeded"); its containers don't come back.
    bool terminal = false;
    std::string failedReason, failedMessage;
};

/// Everything but the conditions' transition times, which stampConditions() sets.
corev1::PodStatus computePodStatus(const StatusInput &input);

/// A condition whose status is as before keeps its time; foreign conditions (readiness gates) stay.
void stampConditions(corev1::PodStatus &status, const corev1::PodStatus &before, WallTime now);

/// Whether all sidecars have started and all other init containers succeeded.
std::string podPhase(const corev1::Pod &pod, const corev1::PodStatus &status, bool terminal);

} // namespace coracle::kubelet
