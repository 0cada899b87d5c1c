#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/clock.h"
#include "core/client/client.h"

#include <filesystem>
#include <string>
#include <vector>

/// The network that a node's pods are in.
namespace coracle::cluster {

/// The node's pod networks, one per family, as the node-ipam controller gave them; empty when it has none yet or does
/// not exist.
Task<Result<std::vector<std::string>>> podCidrsOf(client::Client &client, std::string nodeName);
/// Waits until it has some.
Task<Result<std::vector<std::string>>> awaitPodCidrs(client::Client &client, Clock &clock, std::string nodeName);

/// Writes the CNI configuration for these networks where it is not there already, or the user's own file instead.
Result<> writeCniConfig(const Paths &paths, const std::vector<std::string> &podCidrs,
                        const std::filesystem::path &userConfig);

/// Once the Node object exists: the labels of a server's node, which a kubelet may not set itself.
Task<Result<>> labelServerNode(client::Client &client, Clock &clock, std::string nodeName);

} // namespace coracle::cluster
