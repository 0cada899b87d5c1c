#pragma once

#include "core/api/types/core_v1.h"

#include <string>
#include <string_view>
#include <vector>

/// Questions about a pod's specification that several parts of the kubelet ask.
namespace coracle::kubelet {

enum class QosClass { Guaranteed, Burstable, BestEffort };

std::string_view qosName(QosClass qos);
QosClass qosClass(const corev1::Pod &pod);

/// "name_namespace(uid)", as upstream's messages quote pods.
std::string describe(const corev1::Pod &pod);
std::string podKey(const corev1::Pod &pod); ///< "namespace/name"

/// A sidecar: an init container with restartPolicy Always (KEP-753).
bool isSidecar(const corev1::Container &initContainer);
/// Null when there is none of this name.
const corev1::Container *findContainer(const corev1::Pod &pod, std::string_view name);
bool isInitContainer(const corev1::Pod &pod, std::string_view name);
/// "spec.containers{name}", the fieldPath of events about a container.
std::string containerFieldPath(const corev1::Pod &pod, std::string_view name);

int64_t gracePeriodSeconds(const corev1::Pod &pod);
/// Changes when a running container must be replaced: name and image, as upstream since 1.31.
std::string containerHash(const corev1::Container &container);

/// The amount or zero.
api::Quantity amount(const std::map<std::string, api::Quantity, std::less<>> &list, std::string_view name);
/// What the scheduler counts: the containers' sum or the largest init step, with sidecars and overhead.
std::map<std::string, api::Quantity, std::less<>> podRequests(const corev1::Pod &pod);
std::map<std::string, api::Quantity, std::less<>> podLimits(const corev1::Pod &pod);

bool isTerminal(const corev1::PodStatus &status);

} // namespace coracle::kubelet
