#pragma once

#include "clusterd/cluster/paths.h"
#include "core/config/registries.h"

#include <map>
#include <string>

/// registries.yaml in the words of containerd.
namespace coracle::cluster {

/// hosts.toml for each folder of certs.d ("docker.io", "_default"). Without the default endpoint the registry itself is
/// asked only where it is listed; like K3s' --disable-default-registry-endpoint that is only about registries with
/// mirrors. Rewrites are left out: containerd has none.
std::map<std::string, std::string> registryHosts(const config::Registries &registries, bool defaultEndpoint);

/// What goes into config.toml: where certs.d is, and who signs in where.
std::string registryConfig(const Paths &paths, const config::Registries &registries);

/// Makes certs.d what the file says, and takes away what is not in it any more.
Result<> writeRegistryHosts(const Paths &paths, const std::map<std::string, std::string> &hosts);

/// The user's file. One that is not valid is told in the log and counts as none, so that pods with local images run.
config::Registries loadRegistries(const std::filesystem::path &file);

} // namespace coracle::cluster
