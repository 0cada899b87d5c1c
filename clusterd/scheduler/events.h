#pragma once

#include "clusterd/scheduler/pod_info.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace coracle::scheduler {

/// Whose changes may give room to a pod that had none.
enum class EventResource : uint8_t {
    Pod, ///< placed pods; the waiting pod itself for the actions UpdatePod...
    Node,
    Namespace,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    CsiNode,
    CsiDriver,
    CsiStorageCapacity,
    VolumeAttachment,
    ResourceClaim,
    ResourceSlice,
    DeviceClass,
    Any,
};

/// What happened to it, as bits.
enum EventAction : uint32_t {
    kAdd = 1 << 0, ///< of pods: one was given a node
    kDelete = 1 << 1,
    kUpdateNodeAllocatable = 1 << 2,
    kUpdateNodeLabel = 1 << 3,
    kUpdateNodeTaint = 1 << 4,
    kUpdatePodLabel = 1 << 6,
    kUpdatePodScaleDown = 1 << 7,
    kUpdatePodToleration = 1 << 8,
    kUpdatePodGatesEliminated = 1 << 9,
    kUpdatePodResourceClaims = 1 << 10,
    kUpdateOther = 1 << 11, ///< the only update of the kinds without bits of their own
    kUpdate = 0xffc,
    kAllActions = 0xfff,
};
using EventActions = uint32_t;

/// What a plug-in waits for, or (with the actions that took place) what happened.
struct ClusterEvent {
    EventResource resource = EventResource::Any;
    EventActions actions = kAllActions;
    bool meets(const ClusterEvent &other) const {
        return (actions & other.actions) != 0 &&
               (resource == other.resource || resource == EventResource::Any || other.resource == EventResource::Any);
    }
};

/// One change with the object's versions: before is null for additions, after for deletions. Pods and nodes come
/// prepared as well.
struct ClusterChange {
    ClusterEvent event;
    api::ObjectPtr before, after;
    PodInfoPtr podBefore, podAfter; ///< of EventResource::Pod
};

enum class Hint : uint8_t { Queue, Skip };
/// Whether the change may help the waiting pod. Called on the scheduler's executor, also later than the change.
using HintFunction = std::function<Hint(const PodInfo &waiting, const ClusterChange &change)>;

/// A plug-in asks for pods that it rejected to be tried again after an event; without a function after each such event.
struct EventInterest {
    ClusterEvent event;
    HintFunction hint = {};
};

} // namespace coracle::scheduler
