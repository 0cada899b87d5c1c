#include "clusterd/kubelet/pods/pod_status.h"

#include "clusterd/kubelet/container/container_config.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::kubelet {

namespace {

WallTime fromNanoseconds(int64_t nanoseconds) {
    return WallTime(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(nanoseconds)));
}

api::Time timeOf(int64_t nanoseconds) {
    return nanoseconds > 0 ? api::Time(fromNanoseconds(nanoseconds)) : api::Time();
}

std::string shownId(const std::string &id) {
    return "containerd://" + id;
}

const corev1::ContainerStatus *find(const std::vector<corev1::ContainerStatus> &list, std::string_view name) {
    auto found = std::ranges::find(list, name, &corev1::ContainerStatus::name);
    return found == list.end() ? nullptr : &*found;
}

corev1::ContainerStateTerminated terminated(const cri::ContainerStatus &container, const StatusInput &input) {
    corev1::ContainerStateTerminated state;
    state.exitCode = container.exitCode;
    state.reason = !container.reason.empty() ? container.reason : container.exitCode == 0 ? "Completed" : "Error";
    state.message = input.terminationMessage ? input.terminationMessage(container) : "";
    if (state.message.empty())
        state.message = container.message;
    state.startedAt = timeOf(container.startedAt);
    state.finishedAt = timeOf(container.finishedAt);
    state.containerID = shownId(container.id);
    if (container.state == cri::ContainerState::Unknown) {
        state.exitCode = 137;
        state.reason = "ContainerStatusUnknown";
    }
    return state;
}

/// The state while nothing runs and nothing went wrong yet.
corev1::ContainerStateWaiting defaultWaiting(const StatusInput &input, bool init) {
    corev1::ContainerStateWaiting waiting;
    bool initialising =
        !init && !input.pod.spec.initContainers.empty() &&
        input.runtime.latest(input.pod.spec.containers.empty() ? "" : input.pod.spec.containers[0].name) == nullptr;
    waiting.reason =
        initialising || (init && input.runtime.containers.empty() && input.pod.spec.initContainers.size() > 0)
            ? "PodInitializing"
            : "ContainerCreating";
    return waiting;
}

/// The container that the status told of is not in the runtime any more.
void fillFromMemory(corev1::ContainerStatus &status, const corev1::ContainerStatus &before, const StatusInput &input) {
    status.restartCount = before.restartCount;
    status.lastState = before.lastState;
    status.containerID = before.containerID;
    status.imageID = before.imageID;
    if (before.state.terminated) {
        if (input.terminal || isTerminal(input.pod.status))
            status.state = before.state;
        else
            status.lastState = before.state;
        return;
    }
    if (!before.state.running)
        return;
    corev1::ContainerStateTerminated gone;
    gone.exitCode = 137;
    gone.reason = "ContainerStatusUnknown";
    gone.message = "The container could not be located when the pod was terminated";
    if (input.terminal) {
        status.state = {};
        status.state.terminated = gone;
    } else {
        gone.message = "The container could not be located when the pod was deleted.  The container used to be Running";
        status.lastState = {};
        status.lastState.terminated = gone;
    }
}

corev1::ContainerStatus containerStatus(const StatusInput &input, const corev1::Container &container, bool init) {
    corev1::ContainerStatus status;
    status.name = container.name;
    status.image = container.image;
    status.started = false;
    const auto &list = init ? input.pod.status.initContainerStatuses : input.pod.status.containerStatuses;
    const auto *before = find(list, container.name);
    const auto *current = input.runtime.latest(container.name);
    auto waiting = input.waiting.find(container.name);
    if (!current) {
        status.state.waiting = defaultWaiting(input, init);
        if (before)
            fillFromMemory(status, *before, input);
    } else {
        status.restartCount = restartCount(*current);
        if (!current->image.empty() && !current->image.starts_with("sha256:"))
            status.image = current->image;
        status.imageID = current->imageRef;
        status.containerID = shownId(current->id);
        if (current->state == cri::ContainerState::Running) {
            status.state.running.ensure().startedAt = timeOf(current->startedAt);
        } else if (current->state == cri::ContainerState::Created) {
            status.state.waiting = defaultWaiting(input, init);
        } else {
            status.state.terminated = terminated(*current, input);
        }
        if (const auto *previous = input.runtime.previous(container.name))
            status.lastState.terminated = terminated(*previous, input);
        else if (before && before->containerID == status.containerID)
            status.lastState = before->lastState;
        else if (before && before->state.terminated && before->containerID != status.containerID)
            status.lastState = before->state;
    }
    if (waiting != input.waiting.end() && !input.terminal && !status.state.running) {
        if (status.state.terminated)
            status.lastState.terminated = status.state.terminated;
        status.state = {};
        status.state.waiting.ensure().reason = waiting->second.reason;
        status.state.waiting->message = waiting->second.message;
    }
    if (status.state.running && input.probes) {
        const auto *probes = input.probes->state(container.name);
        bool known = probes && current && probes->containerId == current->id;
        status.started = known && probes->started;
        status.ready = known && probes->started && probes->ready;
    }
    // A finished init container counts as ready; a sidecar is ready by its probe.
    if (init && !isSidecar(container)) {
        status.ready = status.state.terminated && status.state.terminated->exitCode == 0;
        status.started = status.state.running ? true : false;
    }
    return status;
}

corev1::PodCondition condition(std::string_view type, bool status, std::string reason = {}, std::string message = {}) {
    corev1::PodCondition made;
    made.type = type;
    made.status = status ? "True" : "False";
    made.reason = std::move(reason);
    made.message = std::move(message);
    return made;
}

std::string quotedList(std::string_view what, const std::vector<std::string> &names) {
    return fmt::format("{}: [{}]", what, fmt::join(names, " "));
}

corev1::PodCondition initializedCondition(const corev1::Pod &pod, const corev1::PodStatus &status) {
    std::vector<std::string> incomplete;
    for (const auto &container : pod.spec.initContainers) {
        const auto *found = find(status.initContainerStatuses, container.name);
        bool done = found && (isSidecar(container) ? found->started.value_or(false) : found->ready);
        if (!done)
            incomplete.push_back(container.name);
    }
    if (status.phase == "Succeeded")
        return condition("Initialized", true, "PodCompleted");
    // Once the main containers have run, the pod stays initialised.
    bool mainRan = std::ranges::any_of(status.containerStatuses, [](const auto &c) {
        return c.state.running || c.state.terminated || c.lastState.terminated;
    });
    if (incomplete.empty() || mainRan)
        return condition("Initialized", true);
    return condition("Initialized", false, "ContainersNotInitialized",
                     quotedList("containers with incomplete status", incomplete));
}

corev1::PodCondition containersReadyCondition(const corev1::Pod &pod, const corev1::PodStatus &status) {
    if (status.phase == "Succeeded")
        return condition("ContainersReady", false, "PodCompleted");
    if (status.phase == "Failed")
        return condition("ContainersReady", false, "PodFailed");
    std::vector<std::string> unready;
    for (const auto &container : pod.spec.initContainers)
        if (isSidecar(container))
            if (const auto *found = find(status.initContainerStatuses, container.name); !found || !found->ready)
                unready.push_back(container.name);
    for (const auto &container : status.containerStatuses)
        if (!container.ready)
            unready.push_back(container.name);
    if (unready.empty())
        return condition("ContainersReady", true);
    return condition("ContainersReady", false, "ContainersNotReady",
                     quotedList("containers with unready status", unready));
}

corev1::PodCondition readyCondition(const corev1::Pod &pod, const corev1::PodCondition &containersReady) {
    auto ready = containersReady;
    ready.type = "Ready";
    if (ready.status != "True")
        return ready;
    std::vector<std::string> unmet;
    for (const auto &gate : pod.spec.readinessGates) {
        auto found = std::ranges::find(pod.status.conditions, gate.conditionType, &corev1::PodCondition::type);
        if (found == pod.status.conditions.end())
            unmet.push_back(fmt::format("corresponding condition of pod readiness gate \"{}\" does not exist.",
                                        gate.conditionType));
        else if (found->status != "True")
            unmet.push_back(fmt::format("the status of pod readiness gate \"{}\" is not \"True\", but {}",
                                        gate.conditionType, found->status));
    }
    if (unmet.empty())
        return ready;
    return condition("Ready", false, "ReadinessGatesNotReady", fmt::format("{}", fmt::join(unmet, ", ")));
}

void fillAddresses(corev1::PodStatus &status, const StatusInput &input) {
    for (const auto &ip : input.hostIps)
        status.hostIPs.emplace_back().ip = ip;
    if (!input.hostIps.empty())
        status.hostIP = input.hostIps.front();
    std::vector<std::string> ips;
    if (input.pod.spec.hostNetwork)
        ips = input.hostIps;
    else if (const auto *sandbox = input.runtime.readySandbox())
        ips = sandbox->ips;
    // A pod that is ending keeps showing the address it had.
    if (ips.empty() && (input.terminal || input.pod.metadata.deletionTimestamp || isTerminal(input.pod.status)))
        for (const auto &ip : input.pod.status.podIPs)
            ips.push_back(ip.ip);
    for (const auto &ip : ips)
        status.podIPs.emplace_back().ip = ip;
    if (!ips.empty())
        status.podIP = ips.front();
}

} // namespace

std::string podPhase(const corev1::Pod &pod, const corev1::PodStatus &status, bool terminal) {
    if (isTerminal(pod.status))
        return pod.status.phase;
    bool never = pod.spec.restartPolicy == "Never";
    int pendingInit = 0, failedInit = 0;
    for (const auto &container : pod.spec.initContainers) {
        const auto *found = find(status.initContainerStatuses, container.name);
        if (isSidecar(container)) {
            pendingInit += !found || !found->started.value_or(false);
            continue;
        }
        if (found && found->state.terminated && found->state.terminated->exitCode == 0)
            continue;
        if (found && found->state.terminated && never)
            ++failedInit;
        else
            ++pendingInit;
    }
    int running = 0, stopped = 0, succeeded = 0, waiting = 0;
    for (const auto &container : status.containerStatuses) {
        if (container.state.running) {
            ++running;
        } else if (container.state.terminated) {
            ++stopped;
            succeeded += container.state.terminated->exitCode == 0;
        } else if (container.lastState.terminated) {
            ++stopped;
        } else {
            ++waiting;
        }
    }
    if (failedInit > 0)
        return "Failed";
    if (terminal && running == 0) {
        // Ended before everything ran: not a success.
        return waiting == 0 && pendingInit == 0 && succeeded == stopped && stopped > 0 ? "Succeeded" : "Failed";
    }
    // Sidecars that are restarted later don't take a running pod back to Pending.
    if (pendingInit > 0 && running == 0 && stopped == 0)
        return "Pending";
    if (waiting > 0)
        return "Pending";
    if (running > 0)
        return "Running";
    if (stopped > 0) {
        if (pod.spec.restartPolicy == "Always" || pod.spec.restartPolicy.empty())
            return "Running";
        if (stopped == succeeded)
            return "Succeeded";
        return never ? "Failed" : "Running";
    }
    return "Pending";
}

corev1::PodStatus computePodStatus(const StatusInput &input) {
    corev1::PodStatus status;
    status.qosClass = qosName(qosClass(input.pod));
    status.startTime = input.startTime;
    status.nominatedNodeName = input.pod.status.nominatedNodeName;
    status.observedGeneration = input.pod.metadata.generation;
    for (const auto &container : input.pod.spec.initContainers)
        status.initContainerStatuses.push_back(containerStatus(input, container, true));
    for (const auto &container : input.pod.spec.containers)
        status.containerStatuses.push_back(containerStatus(input, container, false));
    status.phase = input.failedReason.empty() ? podPhase(input.pod, status, input.terminal) : "Failed";
    status.reason = input.failedReason.empty() ? input.pod.status.reason : input.failedReason;
    status.message = input.failedReason.empty() ? input.pod.status.message : input.failedMessage;
    fillAddresses(status, input);
    const auto *sandbox = input.runtime.readySandbox();
    bool readyToStart = sandbox && (input.pod.spec.hostNetwork || !sandbox->ips.empty());
    status.conditions.push_back(condition("PodReadyToStartContainers", readyToStart));
    status.conditions.push_back(initializedCondition(input.pod, status));
    auto containersReady = containersReadyCondition(input.pod, status);
    status.conditions.push_back(readyCondition(input.pod, containersReady));
    status.conditions.push_back(containersReady);
    status.conditions.push_back(condition("PodScheduled", true));
    for (auto &made : status.conditions)
        made.observedGeneration = input.pod.metadata.generation;
    return status;
}

void stampConditions(corev1::PodStatus &status, const corev1::PodStatus &before, WallTime now) {
    for (auto &made : status.conditions) {
        auto old = std::ranges::find(before.conditions, made.type, &corev1::PodCondition::type);
        made.lastTransitionTime =
            old != before.conditions.end() && old->status == made.status ? old->lastTransitionTime : api::Time(now);
    }
    for (const auto &old : before.conditions)
        if (std::ranges::find(status.conditions, old.type, &corev1::PodCondition::type) == status.conditions.end())
            status.conditions.push_back(old);
}

} // namespace coracle::kubelet
