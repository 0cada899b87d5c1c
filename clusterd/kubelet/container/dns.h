#pragma once

#include "clusterd/kubelet/cri/types.h"
#include "core/api/types/core_v1.h"

#include <string>
#include <string_view>
#include <vector>

namespace coracle::kubelet {

struct NodeDns {
    std::vector<std::string> clusterServers; ///< the cluster DNS service's addresses
    std::string clusterDomain;
    cri::DnsConfig host; ///< of the node's resolv.conf
};

cri::DnsConfig parseResolvConf(std::string_view text);

/// dnsPolicy and dnsConfig as the sandbox's resolv.conf.
cri::DnsConfig podDns(const corev1::Pod &pod, const NodeDns &node);

} // namespace coracle::kubelet
