#pragma once

#include "clusterd/cluster/paths.h"
#include "core/config/server_config.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>

namespace coracle::cluster {

/// Several clusters on one machine need different pod and service networks. Where the user has named none, a cluster
/// that is not the machine's usual one takes the first pair 10.42/10.43, 10.44/10.45 ... that no other cluster here has
/// and that no interface of the machine lies in, and keeps it (server/networks).
Result<> chooseNetworks(const Paths &paths, config::ServerConfig &config);

/// The same with everything given, for tests. The registry is a folder with a file for each cluster on the machine.
Result<> chooseNetworks(const Paths &paths, config::ServerConfig &config, const std::filesystem::path &registry,
                        const std::set<std::string> &localAddresses);

/// The cluster DNS address of the cluster that last ran with these paths since the machine started; nothing when none
/// did.
std::optional<std::string> knownClusterDns(const Paths &paths);

} // namespace coracle::cluster
