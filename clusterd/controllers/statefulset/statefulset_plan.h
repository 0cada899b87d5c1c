#pragma once

#include "core/api/types/apps_v1.h"
#include "core/api/types/core_v1.h"
#include "core/base/clock.h"

#include <optional>
#include <string_view>
#include <vector>

/// What a StatefulSet does next, and what it reports: pure functions over the observed pods (k8s.io/kubernetes
/// pkg/controller/statefulset stateful_set_control).
namespace coracle::controllers::statefulset {

/// The names of the revisions between which a set moves; equal when it has arrived.
struct RevisionNames {
    std::string_view current, update;
};

/// The steps of one pass, in this order. The pods are those that were given to plan().
struct Plan {
    struct Creation {
        int32_t ordinal = 0;
        enum class Revision { Current, Update } revision = Revision::Update;
        friend bool operator==(const Creation &, const Creation &) = default;
    };
    std::vector<const corev1::Pod *> mend; ///< their labels and claims have to be right before anything else
    std::vector<Creation> create;
    std::vector<const corev1::Pod *> remove;
};

/// The pods are those that belong to the set. With OrderedReady at most one pod is created or scaled away, and only
/// while all pods before it are available; Parallel waits for none. Finished pods are removed, to be made again.
/// RollingUpdate replaces pods from the highest ordinal down to spec.updateStrategy.rollingUpdate.partition.
Plan plan(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods, const RevisionNames &revisions,
          WallTime now);

/// The status that the pods give. A rolling update is complete when all replicas are updated and ready.
appsv1::StatefulSetStatus calculateStatus(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods,
                                          const RevisionNames &revisions, WallTime now);

/// How long until the next ready pod becomes available by spec.minReadySeconds alone.
std::optional<Duration> untilNextAvailable(const appsv1::StatefulSet &set, const std::vector<corev1::Pod> &pods,
                                           WallTime now);

} // namespace coracle::controllers::statefulset
