#pragma once

#include "clusterd/controllers/daemon/node_fit.h"
#include "core/api/types/apps_v1.h"
#include "core/base/clock.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a daemon set needs next: pure functions over one look at the cluster (k8s.io/kubernetes pkg/controller/daemon).
namespace coracle::controllers::daemon {

struct NodeState {
    bool exists = false;
    Fit fit;
    std::vector<corev1::Pod> pods; ///< the set's own: bound ones first, then by age
};

/// One look at a daemon set: every node, and every name of a node that its pods are for.
struct View {
    const appsv1::DaemonSet &set;
    std::string hash; ///< of the current revision
    WallTime now;
    std::map<std::string, NodeState, std::less<>> nodes;
};

/// Sorts the set's pods to their nodes. Pods that have ended and are being deleted need nothing more and are left out.
View lookAt(const appsv1::DaemonSet &set, std::string hash, WallTime now, const DaemonNodes &nodes,
            std::vector<corev1::Pod> pods);

/// What to do; the pods are the view's.
struct Plan {
    std::vector<std::string> create; ///< names of nodes
    std::vector<const corev1::Pod *> remove;
    std::vector<const corev1::Pod *>
        ended; ///< failed or succeeded: to be removed, the failed ones after their back-off

    bool empty() const { return create.empty() && remove.empty() && ended.empty(); }
};

/// Pods for nodes without one; removes those whose node fits no longer, ended ones and duplicates. With maxSurge an old
/// and a new pod may be on a node while the old one is ready and the new one not available yet.
Plan planPods(const View &view);

/// The next step of a rolling update; for a view whose planPods() is empty. Without surge old pods are removed, as many
/// as may be unavailable (those that are unavailable anyway first, and all of them); with surge new pods are made
/// beside the old ones, which go when the new ones are available.
Plan planRollout(const View &view);

/// How many nodes' pods an update may replace at the same time. Percentages are of the nodes that want a pod, rounded
/// up; if both were zero, one may be unavailable.
struct RolloutLimits {
    int32_t unavailable = 0;
    int32_t surge = 0;
};
RolloutLimits rolloutLimits(const appsv1::DaemonSet &set, int32_t desired);

/// Made from the current template: by the revision's hash, or by the template's generation.
bool isUpdated(const View &view, const corev1::Pod &pod);
/// The annotation deprecated.daemonset.template.generation, where it is a number.
std::string templateGeneration(const appsv1::DaemonSet &set);

/// The pod for a node.
corev1::Pod podFor(const appsv1::DaemonSet &set, const std::string &hash, const std::string &node);

/// The numbers of the status; the observed generation and the rest are the set's.
appsv1::DaemonSetStatus calculateStatus(const View &view);

/// How long until a pod that is ready becomes available by minReadySeconds.
std::optional<Duration> untilAvailable(const View &view);

} // namespace coracle::controllers::daemon
