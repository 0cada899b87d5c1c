#pragma once

#include "core/api/types/core_v1.h"

#include <string>
#include <vector>

namespace coracle::kubelet {

struct PodHostname {
    std::string hostname; ///< what the kernel says in the pod
    std::string fqdn;     ///< empty without a subdomain
};

/// spec.hostname, subdomain and setHostnameAsFQDN; an FQDN longer than the kernel's 64 bytes is an error.
Result<PodHostname> podHostname(const corev1::Pod &pod, const std::string &clusterDomain);

/// The pod's /etc/hosts. With hostNetwork the node's own file comes first.
std::string hostsFile(const corev1::Pod &pod, const std::vector<std::string> &podIps, const PodHostname &hostname,
                      const std::string &nodeHostsFile);

} // namespace coracle::kubelet
