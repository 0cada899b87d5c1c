#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/clock.h"

#include <optional>
#include <string_view>
#include <vector>

/// How node conditions and taints go together (k8s.io/kubernetes pkg/controller/nodelifecycle).
namespace coracle::controllers {

const corev1::NodeCondition *findCondition(const corev1::NodeStatus &status, std::string_view type);

/// What may be done about the NoExecute taint of a node that is not ready: its pods are evicted by it.
enum class NoExecute : uint8_t {
    Add,    ///< it is set
    Keep,   ///< one that is there is brought to the node's condition; none is added
    Remove, ///< there must be none
};

/// The taints that a node must have for its conditions and spec.unschedulable; others of its taints stay as they are.
std::vector<corev1::Taint> wantedTaints(const corev1::Node &node, WallTime now, NoExecute noExecute = NoExecute::Add);
/// Of not-ready and unreachable.
bool hasNoExecuteTaint(const corev1::Node &node);

/// How long a pod may stay on a node with these NoExecute taints: nothing means for ever, zero means not at all.
std::optional<std::chrono::seconds> toleratedFor(const corev1::PodSpec &pod, const std::vector<corev1::Taint> &taints);
/// Since when the oldest NoExecute taint is there; nothing when no taint says.
std::optional<WallTime> taintedSince(const std::vector<corev1::Taint> &taints);

} // namespace coracle::controllers
