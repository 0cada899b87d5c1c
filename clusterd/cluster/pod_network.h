#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/clock.h"
#include "core/client/client.h"
#include "core/config/cidr.h"

#include <string>
#include <vector>

/// The network that a node's pods are in.
namespace coracle::cluster {

/// The node's pod networks, one per family: those of its Node object, else the first parts (/24, /64) of the cluster's
/// that no other node has.
Task<Result<std::vector<std::string>>> choosePodCidrs(client::Client &client, std::string nodeName,
                                                      std::vector<config::Cidr> clusterCidrs);

/// Writes the CNI configuration for these networks where it is not there already, or the user's own file instead.
Result<> writeCniConfig(const Paths &paths, const std::vector<std::string> &podCidrs,
                        const std::filesystem::path &userConfig);

/// Once the Node object exists: its pod networks and the labels of a server's node, which a kubelet may not set itself.
Task<Result<>> completeNode(client::Client &client, Clock &clock, std::string nodeName,
                            std::vector<std::string> podCidrs);

} // namespace coracle::cluster
