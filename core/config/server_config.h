#pragma once

#include "core/config/apiserver_arguments.h"
#include "core/config/cidr.h"
#include "core/config/controller_manager_arguments.h"
#include "core/config/leader_election_arguments.h"
#include "core/config/oidc_settings.h"
#include "core/config/scheduler_arguments.h"
#include "core/config/settings.h"
#include "core/config/values.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The checked configuration: every value has its type, every default that needs no look at the machine is filled in.
namespace coracle::config {

struct LogConfig {
    bool debug = false;
    bool json = false;
    std::filesystem::path file; ///< empty: standard error
};

/// What server and agent share.
struct CommonConfig {
    Product product;
    std::filesystem::path configFile;
    std::filesystem::path dataDir; ///< absolute
    LogConfig log;
    Address bindAddress;
    std::string token;     ///< from the flag or the file; empty: none was given
    std::string serverUrl; ///< of the server to join; empty: none
};

struct NodeConfig {
    std::string name; ///< empty: the host's name
    bool withNodeId = false;
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<Taint> taints;
    std::vector<Address> ips, externalIps;
    std::vector<std::string> internalDns, externalDns;
    std::filesystem::path resolvConf;
    std::string flannelInterface;
    std::filesystem::path cniConfig;
    bool protectKernelDefaults = false;
    std::vector<ComponentArgument> kubeletArguments, kubeProxyArguments;

    std::string runtimeEndpoint; ///< empty: our own containerd
    std::string imageEndpoint;
    std::string defaultRuntime;
    std::string pauseImage;
    std::string snapshotter;
    std::filesystem::path registriesFile;
    bool defaultRegistryEndpoint = true;
    bool nonRootDevices = false;
    std::vector<std::string> extraRegistries;
};

struct ServerConfig : CommonConfig {
    uint16_t httpsPort = 6443; ///< 0: any free one
    std::optional<Address> advertiseAddress;
    uint16_t advertisePort = 0; ///< 0: httpsPort
    std::vector<std::string> tlsSans;

    std::vector<Cidr> clusterCidrs, serviceCidrs; ///< the first one gives the primary family
    PortRange nodePorts;
    std::vector<Address> clusterDns;
    bool networksConfigured = false, clusterDnsConfigured = false; ///< by the user, not by default
    std::string clusterDomain;
    std::string flannelBackend;

    std::filesystem::path kubeconfig;
    mode_t kubeconfigMode = 0600;
    std::string kubeconfigGroup;

    std::string agentToken;
    std::set<std::string, std::less<>> disabled; ///< packaged components
    bool scheduler = true, controllers = true, kubeProxy = true, agent = true;
    ApiserverArguments apiserver;
    std::optional<OidcSettings> oidc; ///< of the mode that was chosen; nothing: no identity provider
    std::vector<ComponentArgument> controllerManagerArguments, schedulerArguments;
    ControllerManagerArguments controllerManager;
    SchedulerArguments kubeScheduler;
    LeaderElectionArguments controllerManagerElection, schedulerElection;
    std::string systemDefaultRegistry;
    std::filesystem::path localStoragePath;
    std::filesystem::path backupFolder;
    size_t backupsKept = 5;              ///< of those that the daemon makes by itself
    std::filesystem::path upgradeSource; ///< a folder or a file

    NodeConfig node;

    static Result<ServerConfig> from(const Settings &settings, const Product &product);
};

struct AgentConfig : CommonConfig {
    NodeConfig node;

    static Result<AgentConfig> from(const Settings &settings, const Product &product);
};

} // namespace coracle::config
