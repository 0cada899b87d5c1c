#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/result.h"

namespace coracle::cluster {

/// Takes the node of a server that does not run off the machine: pods with their containers, networks and mounts, then
/// containerd, control groups, the bridge and nftables. Data, images and certificates stay: the next start brings
/// everything back.
Result<> tearDownNode(const Paths &paths);

} // namespace coracle::cluster
