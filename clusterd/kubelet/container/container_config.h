#pragma once

#include "clusterd/kubelet/container/dns.h"
#include "clusterd/kubelet/container/environment.h"
#include "clusterd/kubelet/cri/types.h"
#include "clusterd/kubelet/paths.h"
#include "core/base/result.h"

#include <string>

/// What the runtime is told about a pod's sandbox and containers.
namespace coracle::kubelet {

struct SandboxInput {
    const corev1::Pod &pod;
    const Paths &paths;
    const NodeDns &dns;
    std::string cgroupParent;
    uint32_t attempt = 0;
};

Result<cri::SandboxConfig> makeSandboxConfig(const SandboxInput &input);

struct ContainerInput {
    const corev1::Pod &pod;
    const corev1::Container &container;
    const cri::Image &image; ///< as the runtime has it
    Environment environment;
    std::vector<cri::Mount> mounts;   ///< the volumes'; hosts file and termination message come on top
    std::vector<cri::Device> devices; ///< block volumes
    std::string messageFile;          ///< the termination message on the node; empty: none
    std::string hostsFile;            ///< empty: the container has none of ours
    uint32_t restartCount = 0;
    int64_t memoryCapacity = 0;
};

Result<cri::ContainerConfig> makeContainerConfig(const ContainerInput &input);

/// What is remembered of a container by its annotations, also after the pod has changed or is gone.
int restartCount(const cri::Container &container);

} // namespace coracle::kubelet
