#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

/// The downward API: values of the pod itself, for environment variables and volumes.
namespace coracle::kubelet {

/// "metadata.name", "metadata.labels['app']", "status.podIP", ...; addresses come from pod.status.
Result<std::string> podField(const corev1::Pod &pod, std::string_view path);

/// requests or limits of a container, divided and rounded up; a missing limit is the node's allocatable amount.
Result<std::string> containerResourceField(const corev1::Pod &pod, const corev1::ResourceFieldSelector &selector,
                                           std::string_view ownContainer,
                                           const std::map<std::string, api::Quantity, std::less<>> &allocatable);

} // namespace coracle::kubelet
