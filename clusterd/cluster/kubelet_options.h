#pragma once

#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/paths.h"
#include "clusterd/kubelet/options.h"

namespace coracle::cluster {

/// The kubelet's options from the configuration; --kubelet-arg included.
Result<kubelet::KubeletOptions> makeKubeletOptions(const config::ServerConfig &config, const Paths &paths,
                                                   const Certificates &certificates, const std::string &nodeName,
                                                   Clock &clock);

/// The resolv.conf that pods without cluster DNS get and that outside names are asked by: the configured one; else the
/// host's, or what systemd-resolved read where that only names its stub.
std::filesystem::path hostResolvConf(const config::NodeConfig &node);

} // namespace coracle::cluster
