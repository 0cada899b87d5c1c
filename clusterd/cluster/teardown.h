#pragma once

#include "clusterd/cluster/paths.h"
#include "core/base/result.h"

namespace coracle::cluster {

/// Takes the node of a server that does not run off the machine: pods with their containers, networks and mounts, then
/// containerd, control groups, the bridge and nftables. Data, images and certificates stay: the next start brings
/// everything back.
Result<> tearDownNode(const Paths &paths);

/// The end of a server that holds the lock of its data folder and whose containerd has ended: removes what it left
/// below the run folder, unless a container goes on, whose shim and mounts need it.
void removeIdleRunFolder(const Paths &paths);

} // namespace coracle::cluster
