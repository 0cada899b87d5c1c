#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/result.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coracle::kubelet {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// The objects that a pod's environment and volumes refer to, fetched beforehand by name. A name that was looked for
/// and is not there maps to nothing.
struct PodObjects {
    std::map<std::string, std::shared_ptr<const corev1::ConfigMap>, std::less<>> configMaps;
    std::map<std::string, std::shared_ptr<const corev1::Secret>, std::less<>> secrets;
};

struct EnvironmentInput {
    const corev1::Pod &pod; ///< with status.podIP and hostIP filled in
    const corev1::Container &container;
    const PodObjects &objects;
    const std::vector<std::shared_ptr<const corev1::Service>>
        &services; ///< those of the pod's namespace and "kubernetes"
    const std::map<std::string, api::Quantity, std::less<>> &allocatable;
};

/// Variables in the order service variables, envFrom, env; a later one replaces an earlier one of the same name.
Result<Environment> makeEnvironment(const EnvironmentInput &input);

/// The variables that announce one service (docker-links style), for example REDIS_SERVICE_HOST.
Environment serviceEnvironment(const corev1::Service &service);

} // namespace coracle::kubelet
