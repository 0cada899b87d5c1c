#include "clusterd/controllers/daemon/daemonset_plan.h"

#include "clusterd/controllers/history/revisions.h"
#include "clusterd/controllers/pod_util.h"

#include <algorithm>
#include <tuple>

namespace coracle::controllers::daemon {

namespace {

constexpr std::string_view kPodTemplateGeneration = "pod-template-generation";

using Pods = std::vector<const corev1::Pod *>;

bool isDeleting(const corev1::Pod &pod) {
    return static_cast<bool>(pod.metadata.deletionTimestamp);
}

bool isAvailable(const View &view, const corev1::Pod &pod) {
    return isPodAvailable(pod, view.set.spec.minReadySeconds, view.now);
}

bool isRolling(const appsv1::DaemonSet &set) {
    return set.spec.updateStrategy.type == appsv1::kRollingUpdateDaemonSetStrategyType;
}

bool allowsSurge(const appsv1::DaemonSet &set) {
    return isRolling(set) && rolloutLimits(set, 1).surge > 0;
}

int32_t scaled(const std::optional<api::IntOrString> &value, int32_t total) {
    return value ? value->scaled(total, api::IntOrString::Rounding::Up).value_or(0) : 0;
}

/// The two generations of pods on a node.
struct Generations {
    Pods fresh, old;
};

Generations generationsOf(const View &view, const NodeState &node) {
    Generations found;
    for (const corev1::Pod &pod : node.pods)
        if (!isDeleting(pod))
            (isUpdated(view, pod) ? found.fresh : found.old).push_back(&pod);
    return found;
}

void append(Pods &to, const Pods &from, size_t most) {
    to.insert(to.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(std::min(most, from.size())));
}

size_t atLeastZero(int32_t number) {
    return static_cast<size_t>(std::max(number, 0));
}

/// Of several pods on a node all but the ones that the update needs.
void dropDuplicates(const View &view, const Pods &running, Plan &plan) {
    if (running.size() <= 1)
        return;
    if (!allowsSurge(view.set)) {
        plan.remove.insert(plan.remove.end(), running.begin() + 1, running.end());
        return;
    }
    const corev1::Pod *fresh = nullptr, *old = nullptr;
    for (const corev1::Pod *pod : running) {
        const corev1::Pod *&first = isUpdated(view, *pod) ? fresh : old;
        if (first)
            plan.remove.push_back(pod);
        else
            first = pod;
    }
    if (fresh && old && (!isPodReady(*old) || isAvailable(view, *fresh)))
        plan.remove.push_back(old);
}

void planNode(const View &view, const std::string &name, const NodeState &node, Plan &plan) {
    Pods running;
    bool ended = false;
    for (const corev1::Pod &pod : node.pods) {
        if (isDeleting(pod))
            continue;
        if (!isPodTerminal(pod)) {
            running.push_back(&pod);
            continue;
        }
        plan.ended.push_back(&pod);
        ended = true;
    }
    // Without surge a new pod waits until the old one is gone.
    if (node.fit.run && running.empty() && !ended && (node.pods.empty() || allowsSurge(view.set)))
        plan.create.push_back(name);
    dropDuplicates(view, running, plan);
}

void planUnavailable(const View &view, int32_t most, Plan &plan) {
    int32_t unavailable = 0;
    Pods broken, candidates;
    for (const auto &[name, node] : view.nodes) {
        if (!node.exists || (!node.fit.run && node.pods.empty()))
            continue;
        const auto [fresh, old] = generationsOf(view, node);
        if (fresh.size() + old.size() != 1) {
            ++unavailable; // is being replaced
        } else if (!fresh.empty()) {
            unavailable += !isAvailable(view, *fresh[0]);
        } else if (!isAvailable(view, *old[0])) {
            broken.push_back(old[0]);
            ++unavailable;
        } else {
            candidates.push_back(old[0]);
        }
    }
    append(plan.remove, broken, broken.size());
    append(plan.remove, candidates, atLeastZero(most - unavailable));
}

void planSurge(const View &view, int32_t most, int32_t desired, Plan &plan) {
    int32_t surging = 0, available = 0;
    std::vector<std::string> candidates;
    Pods misplaced;
    for (const auto &[name, node] : view.nodes) {
        const auto [fresh, old] = generationsOf(view, node);
        if (!node.exists || (fresh.empty() && old.empty()))
            continue;
        if (fresh.size() > 1 || old.size() > 1) {
            ++surging; // is being put in order
            continue;
        }
        available += isAvailable(view, old.empty() ? *fresh[0] : *old[0]);
        if (old.empty())
            continue;
        if (!fresh.empty()) {
            if (isAvailable(view, *fresh[0]))
                plan.remove.push_back(old[0]);
            else
                ++surging;
        } else if (!isAvailable(view, *old[0])) {
            if (node.fit.run)
                plan.create.push_back(name);
            else
                plan.remove.push_back(old[0]);
        } else if (node.fit.run) {
            candidates.push_back(name);
        } else {
            misplaced.push_back(old[0]);
        }
    }
    // A pod on a node that wants none goes only when enough others serve.
    append(plan.remove, misplaced, atLeastZero(available - desired));
    candidates.resize(std::min(candidates.size(), atLeastZero(most - surging)));
    plan.create.insert(plan.create.end(), candidates.begin(), candidates.end());
}

int32_t desiredNumber(const View &view) {
    return static_cast<int32_t>(
        std::count_if(view.nodes.begin(), view.nodes.end(), [](const auto &entry) { return entry.second.fit.run; }));
}

} // namespace

View lookAt(const appsv1::DaemonSet &set, std::string hash, WallTime now, const DaemonNodes &nodes,
            std::vector<corev1::Pod> pods) {
    View view{set, std::move(hash), now, {}};
    const Placement placement(set.spec.template_.spec);
    for (const auto &[name, node] : nodes)
        view.nodes[name] = NodeState{true, placement.on(node), {}};
    for (corev1::Pod &pod : pods) {
        const std::string name = targetNode(pod.spec);
        if (!name.empty() && !(isDeleting(pod) && isPodTerminal(pod)))
            view.nodes[name].pods.push_back(std::move(pod));
    }
    for (auto &[name, node] : view.nodes)
        std::sort(node.pods.begin(), node.pods.end(), [](const corev1::Pod &a, const corev1::Pod &b) {
            return std::tuple(a.spec.nodeName.empty(), a.metadata.creationTimestamp,
                              std::string_view(a.metadata.name)) <
                   std::tuple(b.spec.nodeName.empty(), b.metadata.creationTimestamp, std::string_view(b.metadata.name));
        });
    return view;
}

Plan planPods(const View &view) {
    Plan plan;
    for (const auto &[name, node] : view.nodes) {
        if (node.exists && node.fit.keep) {
            planNode(view, name, node, plan);
            continue;
        }
        // The pods of a node that is gone are the garbage collector's, but it doesn't know the ones not bound yet.
        for (const corev1::Pod &pod : node.pods)
            if (!isDeleting(pod) && (node.exists || pod.spec.nodeName.empty()))
                plan.remove.push_back(&pod);
    }
    return plan;
}

Plan planRollout(const View &view) {
    Plan plan;
    if (!isRolling(view.set))
        return plan;
    const int32_t desired = desiredNumber(view);
    const RolloutLimits limits = rolloutLimits(view.set, desired);
    if (limits.surge > 0)
        planSurge(view, limits.surge, desired, plan);
    else
        planUnavailable(view, limits.unavailable, plan);
    return plan;
}

RolloutLimits rolloutLimits(const appsv1::DaemonSet &set, int32_t desired) {
    const appsv1::RollingUpdateDaemonSet *rolling = set.spec.updateStrategy.rollingUpdate.get();
    RolloutLimits limits;
    if (rolling)
        limits = {scaled(rolling->maxUnavailable, desired), scaled(rolling->maxSurge, desired)};
    if (desired > 0 && limits.unavailable == 0 && limits.surge == 0)
        limits.unavailable = 1;
    return limits;
}

std::string templateGeneration(const appsv1::DaemonSet &set) {
    const auto found = set.metadata.annotations.find(appsv1::kDeprecatedTemplateGeneration);
    if (found == set.metadata.annotations.end() || found->second.find_first_not_of("0123456789") != std::string::npos)
        return {};
    return found->second;
}

bool isUpdated(const View &view, const corev1::Pod &pod) {
    if (!view.hash.empty() && history::hashLabel(pod.metadata) == view.hash)
        return true;
    const std::string generation = templateGeneration(view.set);
    const auto label = pod.metadata.labels.find(kPodTemplateGeneration);
    return !generation.empty() && label != pod.metadata.labels.end() && label->second == generation;
}

corev1::Pod podFor(const appsv1::DaemonSet &set, const std::string &hash, const std::string &node) {
    corev1::Pod pod =
        podFromTemplate(set.spec.template_, appsv1::DaemonSet::kApiVersion, appsv1::DaemonSet::kKind, set.metadata);
    pod.metadata.labels[std::string(history::kHashLabel)] = hash;
    if (std::string generation = templateGeneration(set); !generation.empty())
        pod.metadata.labels[std::string(kPodTemplateGeneration)] = std::move(generation);
    addStandardTolerations(pod.spec);
    pinToNode(pod.spec, node);
    return pod;
}

appsv1::DaemonSetStatus calculateStatus(const View &view) {
    appsv1::DaemonSetStatus status = view.set.status;
    status.desiredNumberScheduled = desiredNumber(view);
    status.currentNumberScheduled = status.numberMisscheduled = status.numberReady = 0;
    status.updatedNumberScheduled = status.numberAvailable = 0;
    for (const auto &[name, node] : view.nodes) {
        if (!node.exists || node.pods.empty())
            continue;
        if (!node.fit.run) {
            ++status.numberMisscheduled;
            continue;
        }
        const corev1::Pod &pod = node.pods.front();
        ++status.currentNumberScheduled;
        status.numberReady += isPodReady(pod);
        status.numberAvailable += isAvailable(view, pod);
        status.updatedNumberScheduled += isUpdated(view, pod);
    }
    status.numberUnavailable = status.desiredNumberScheduled - status.numberAvailable;
    return status;
}

std::optional<Duration> untilAvailable(const View &view) {
    std::optional<Duration> soonest;
    for (const auto &[name, node] : view.nodes)
        for (const corev1::Pod &pod : node.pods) {
            if (!isPodReady(pod) || isAvailable(view, pod))
                continue;
            const WallTime since = findCondition(pod.status, corev1::kPodReady)->lastTransitionTime.valueOr(view.now);
            const Duration left = since + std::chrono::seconds(view.set.spec.minReadySeconds) - view.now;
            soonest = soonest ? std::min(*soonest, left) : left;
        }
    return soonest;
}

} // namespace coracle::controllers::daemon
