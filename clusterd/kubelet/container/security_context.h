#pragma once

#include "clusterd/kubelet/cri/types.h"
#include "core/api/types/core_v1.h"
#include "core/base/result.h"

namespace coracle::kubelet {

/// Fills the sandbox's identity, namespaces, sysctls and seccomp from the pod's security context.
void applySecurityContext(cri::SandboxConfig &config, const corev1::Pod &pod);

/// Fills the container's; its own settings win over the pod's. The image tells the user where nothing else does, and
/// runAsNonRoot is checked against it (an error is CreateContainerConfigError).
Result<> applySecurityContext(cri::ContainerConfig &config, const corev1::Pod &pod, const corev1::Container &container,
                              const cri::Image &image);

} // namespace coracle::kubelet
