#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace coracle::config {

/// The names that the binary goes by. Called through a link named `k3s` it uses K3s' paths, so that it can take the
/// place of one; else its own. Variables of both prefixes are read in either case.
struct Product {
    std::string name;                   ///< "clusterd" or "k3s"
    std::filesystem::path configFolder; ///< "/etc/clusterd"
    std::filesystem::path nodeFolder;   ///< what identifies the node to servers and survives an uninstallation
    std::filesystem::path dataDir;      ///< "/var/lib/clusterd"
    std::filesystem::path runFolder;    ///< "/run/clusterd"
    std::filesystem::path kubeconfig;   ///< "/etc/clusterd/clusterd.yaml"

    std::filesystem::path configFile() const { return configFolder / "config.yaml"; }
    std::filesystem::path registriesFile() const { return configFolder / "registries.yaml"; }

    /// By argv[0]; its folder does not matter. Users other than root get paths under their home.
    static Product named(std::string_view argv0, bool isRoot, const std::filesystem::path &home);
};

/// Of both products, in the order in which they count.
inline constexpr std::string_view kEnvironmentPrefixes[] = {"CLUSTERD_", "K3S_"};

} // namespace coracle::config
