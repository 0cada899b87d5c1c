#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace coracle::cluster {

struct ContainerdOptions {
    std::filesystem::path runc;
    std::filesystem::path cniPlugins; ///< folder of the CNI programs
    std::string pauseImage;
    std::string snapshotter = "overlayfs";
    std::string defaultRuntime = "runc";
    bool nonRootDevices = false;
    /// Without CAP_SYS_RESOURCE a process's oom_score_adj cannot be lowered.
    bool mayLowerOomScore = true;
    bool appArmor = false;
    std::string registries; ///< the tables of registryConfig()
};

/// containerd's config.toml (version 2, which containerd 1.6 and later read): own root, state and sockets, so that it
/// never meets another containerd on the machine.
std::string containerdConfig(const Paths &paths, const ContainerdOptions &options);

/// The CNI network of a node: a bridge, addresses from the node's pod networks, host ports left to the service proxy.
std::string cniConfig(const Paths &paths, const std::vector<std::string> &podCidrs);

/// Whether this process may lower oom_score_adj (CAP_SYS_RESOURCE is effective).
bool mayLowerOomScore();
/// Whether the kernel has AppArmor and its parser is there.
bool appArmorUsable();
/// "/usr/lib/cni" on Debian, "/opt/cni/bin" elsewhere; an error that says what to install when there is none.
Result<std::filesystem::path> findCniPlugins();

} // namespace coracle::cluster
