#include "core/config/server_config.h"

#include "core/base/files.h"
#include "core/config/setting_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::config {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kDebugVerbosity = 4; ///< as klog counts
constexpr std::string_view kPauseImage = "docker.io/coracle/pause:0.1";

/// A secret is given as it is or by a file, not both ways.
std::string readSecret(SettingReader &reader, std::string_view option, std::string_view fileOption) {
    std::string secret = reader.text(option);
    const fs::path file = reader.path(fileOption);
    if (file.empty())
        return secret;
    if (!secret.empty())
        reader.fail(fileOption, fmt::format("--{} is given as well; keep one of the two", option));
    auto content = readFile(file, 64u << 10);
    if (!content) {
        reader.fail(fileOption, content.error().message);
        return {};
    }
    content->erase(content->find_last_not_of(" \t\r\n") + 1);
    if (content->empty())
        reader.fail(fileOption, fmt::format("{} is empty", file.string()));
    return std::move(*content);
}

void readCommon(SettingReader &reader, const Settings &settings, const Product &product, CommonConfig &config) {
    config.product = product;
    config.configFile = settings.configFile();
    config.dataDir = reader.path("data-dir", product.dataDir);
    config.log.debug = reader.flag("debug") || reader.single("v", [](std::string_view text) {
                                                         return parseInteger(text, 0, INT32_MAX);
                                                     }).value_or(0) >= kDebugVerbosity;
    config.log.json = reader.text("log-format") == "json";
    config.log.file = reader.path("log");
    config.bindAddress = reader.single("bind-address", Address::parse).value_or(*Address::parse("0.0.0.0"));
    config.token = readSecret(reader, "token", "token-file");
    config.serverUrl = reader.text("server");
}

/// At most one value per address family.
template<class T>
void checkFamilies(SettingReader &reader, std::string_view option, const std::vector<T> &values) {
    if (values.size() > 2 || (values.size() == 2 && values[0].isV6() == values[1].isV6()))
        reader.fail(option, "at most one value per address family (one IPv4, one IPv6)");
}

void readNode(SettingReader &reader, const Product &product, NodeConfig &node) {
    node.name = reader.text("node-name");
    node.withNodeId = reader.flag("with-node-id");
    node.labels = reader.many("node-label", parseLabel);
    node.taints = reader.many("node-taint", parseTaint);
    node.ips = reader.many("node-ip", Address::parse);
    checkFamilies(reader, "node-ip", node.ips);
    node.externalIps = reader.many("node-external-ip", Address::parse);
    node.internalDns = reader.texts("node-internal-dns");
    node.externalDns = reader.texts("node-external-dns");
    node.resolvConf = reader.path("resolv-conf");
    node.flannelInterface = reader.text("flannel-iface");
    node.cniConfig = reader.path("flannel-cni-conf");
    node.protectKernelDefaults = reader.flag("protect-kernel-defaults");
    node.kubeletArguments = reader.many("kubelet-arg", parseComponentArgument);
    node.kubeProxyArguments = reader.many("kube-proxy-arg", parseComponentArgument);
    node.runtimeEndpoint = reader.text("container-runtime-endpoint");
    node.imageEndpoint = reader.text("image-service-endpoint");
    node.defaultRuntime = reader.text("default-runtime", "runc");
    node.pauseImage = reader.text("pause-image", std::string(kPauseImage));
    node.snapshotter = reader.text("snapshotter", "overlayfs");
    node.registriesFile = reader.path("private-registry", product.registriesFile());
    node.defaultRegistryEndpoint = !reader.flag("disable-default-registry-endpoint");
    node.nonRootDevices = reader.flag("nonroot-devices");
    node.extraRegistries = reader.texts("airgap-extra-registry");
}

/// Kubernetes' own limits (service CIDRs at most 2^20 addresses) and K3s' rules for what must fit together.
void readNetworks(SettingReader &reader, ServerConfig &config) {
    const bool v6First = !config.node.ips.empty() && config.node.ips[0].isV6();
    config.clusterCidrs = reader.many("cluster-cidr", Cidr::parse);
    config.networksConfigured = !reader.texts("cluster-cidr").empty() || !reader.texts("service-cidr").empty();
    config.clusterDnsConfigured = !reader.texts("cluster-dns").empty();
    if (config.clusterCidrs.empty())
        config.clusterCidrs = {*Cidr::parse(v6First ? "fd00:42::/56" : "10.42.0.0/16")};
    config.serviceCidrs = reader.many("service-cidr", Cidr::parse);
    if (config.serviceCidrs.empty() && !config.apiserver.serviceCidrs.empty()) {
        config.serviceCidrs = config.apiserver.serviceCidrs;
        config.networksConfigured = true;
    }
    if (config.serviceCidrs.empty())
        config.serviceCidrs = {*Cidr::parse(v6First ? "fd00:43::/112" : "10.43.0.0/16")};
    checkFamilies(reader, "cluster-cidr", config.clusterCidrs);
    checkFamilies(reader, "service-cidr", config.serviceCidrs);
    if (config.clusterCidrs.size() != config.serviceCidrs.size() ||
        config.clusterCidrs[0].isV6() != config.serviceCidrs[0].isV6())
        reader.fail("service-cidr",
                    "cluster-cidr and service-cidr must name the same address families in the same order");
    for (const Cidr &service : config.serviceCidrs) {
        const int shortest = service.isV6() ? 108 : 12, longest = service.isV6() ? 124 : 28;
        if (service.prefixLength() < shortest || service.prefixLength() > longest)
            reader.fail("service-cidr",
                        fmt::format("{}: the prefix must be from /{} to /{}", service.text(), shortest, longest));
        for (const Cidr &cluster : config.clusterCidrs)
            if (cluster.overlaps(service))
                reader.fail("service-cidr", fmt::format("{} overlaps cluster-cidr {}", service.text(), cluster.text()));
    }
    for (const Cidr &cluster : config.clusterCidrs)
        if (cluster.prefixLength() > (cluster.isV6() ? 120 : 28))
            reader.fail("cluster-cidr", fmt::format("{} is too small for the pods of a node", cluster.text()));

    config.clusterDns = reader.many("cluster-dns", Address::parse);
    if (config.clusterDns.empty())
        for (const Cidr &service : config.serviceCidrs)
            config.clusterDns.push_back(service.at(10));
    for (const Address &address : config.clusterDns)
        if (std::ranges::none_of(config.serviceCidrs, [&](const Cidr &cidr) { return cidr.contains(address); }))
            reader.fail("cluster-dns", fmt::format("{} is not in service-cidr", address.text()));
    config.nodePorts = reader.single("service-node-port-range", parsePortRange)
                           .value_or(config.apiserver.nodePorts.value_or(PortRange{30000, 32767}));
    config.clusterDomain = reader.text("cluster-domain", "cluster.local");
    config.flannelBackend = reader.text("flannel-backend", "vxlan");
}

/// The arguments with those of the identity provider that was chosen.
std::vector<ComponentArgument> withOidc(SettingReader &reader, ServerConfig &config,
                                        std::vector<ComponentArgument> arguments) {
    const OidcMode mode = reader.single("oidc", parseOidcMode).value_or(OidcMode::Custom);
    if (mode != OidcMode::Custom)
        std::erase_if(arguments, [](const ComponentArgument &argument) { return isOidcArgument(argument.name); });
    if (mode == OidcMode::Inherit) {
        auto fleet = readFleetOidc(fleetOidcFile(config.configFile));
        if (!fleet)
            reader.fail("oidc", fleet.error().message);
        else
            arguments.insert(arguments.end(), fleet->begin(), fleet->end());
    }
    auto settings = OidcSettings::from(arguments);
    if (!settings)
        reader.fail(mode == OidcMode::Inherit ? "oidc" : "kube-apiserver-arg", settings.error().message);
    else
        config.oidc = std::move(*settings);
    return arguments;
}

/// Before the options whose places its arguments take.
void readApiserver(SettingReader &reader, ServerConfig &config) {
    constexpr std::string_view kOption = "kube-apiserver-arg";
    const auto given = withOidc(reader, config, reader.many(kOption, parseComponentArgument));
    auto arguments = ApiserverArguments::from(given);
    if (!arguments) {
        reader.fail(kOption, arguments.error().message);
        return;
    }
    config.apiserver = std::move(*arguments);
    config.log.debug |= config.apiserver.verbosity.value_or(0) >= kDebugVerbosity;
    if (!config.apiserver.serviceCidrs.empty() && !reader.texts("service-cidr").empty())
        reader.fail(kOption, "service-cluster-ip-range and --service-cidr are both given; keep one of the two");
    if (config.apiserver.nodePorts && !reader.texts("service-node-port-range").empty())
        reader.fail(kOption,
                    "service-node-port-range and --service-node-port-range are both given; keep one of the two");
}

void readListener(SettingReader &reader, ServerConfig &config) {
    config.httpsPort = reader.single("https-listen-port", parsePort).value_or(6443);
    config.advertiseAddress = reader.single("advertise-address", Address::parse);
    config.advertisePort = reader.single("advertise-port", parsePort).value_or(0);
    config.tlsSans = reader.texts("tls-san");
    for (const std::string &name : config.tlsSans)
        if (const std::string_view plain = name.starts_with("*.") ? std::string_view(name).substr(2) : name;
            !Address::parse(name) && !parseDnsName(plain))
            reader.fail("tls-san", fmt::format("\"{}\" is neither a DNS name nor an IP address", name));
    if (config.httpsPort >= config.nodePorts.first && config.httpsPort <= config.nodePorts.last)
        reader.fail("https-listen-port", fmt::format("port {} lies in service-node-port-range", config.httpsPort));
}

LeaderElectionArguments readElection(SettingReader &reader, std::string_view option,
                                     std::span<const ComponentArgument> arguments) {
    auto election = LeaderElectionArguments::from(arguments);
    if (!election)
        reader.fail(option, election.error().message);
    return election.value_or(LeaderElectionArguments());
}

void readComponents(SettingReader &reader, ServerConfig &config) {
    for (std::string &name : reader.texts("disable"))
        config.disabled.insert(std::move(name));
    config.scheduler = !reader.flag("disable-scheduler");
    config.controllers = !reader.flag("disable-controller-manager");
    config.kubeProxy = !reader.flag("disable-kube-proxy");
    config.agent = !reader.flag("disable-agent");
    config.controllerManagerArguments = reader.many("kube-controller-manager-arg", parseComponentArgument);
    std::ranges::move(reader.many("kube-controller-arg", parseComponentArgument),
                      std::back_inserter(config.controllerManagerArguments));
    if (auto read = ControllerManagerArguments::from(config.controllerManagerArguments))
        config.controllerManager = std::move(*read);
    else
        reader.fail("kube-controller-manager-arg", read.error().message);
    config.schedulerArguments = reader.many("kube-scheduler-arg", parseComponentArgument);
    config.kubeScheduler = SchedulerArguments::from(config.schedulerArguments);
    config.controllerManagerElection =
        readElection(reader, "kube-controller-manager-arg", config.controllerManagerArguments);
    config.schedulerElection = readElection(reader, "kube-scheduler-arg", config.schedulerArguments);
    config.systemDefaultRegistry = reader.text("system-default-registry");
    config.localStoragePath = reader.path("default-local-storage-path", config.dataDir / "storage");
    config.backupFolder = reader.path("etcd-snapshot-dir", config.dataDir / "backups");
    auto count = [](std::string_view text) { return parseInteger(text, 0, 1000); };
    config.backupsKept = static_cast<size_t>(reader.single("etcd-snapshot-retention", count).value_or(5));
    config.upgradeSource = reader.path("upgrade-source", config.dataDir / "upgrades");
}

} // namespace

Result<ServerConfig> ServerConfig::from(const Settings &settings, const Product &product) {
    ServerConfig config;
    SettingReader reader(settings);
    readCommon(reader, settings, product, config);
    readNode(reader, product, config.node);
    readApiserver(reader, config);
    readNetworks(reader, config);
    readListener(reader, config);
    readComponents(reader, config);
    config.agentToken = readSecret(reader, "agent-token", "agent-token-file");
    config.kubeconfig = reader.path("write-kubeconfig", product.kubeconfig);
    config.kubeconfigMode = reader.single("write-kubeconfig-mode", parseFileMode).value_or(0600);
    config.kubeconfigGroup = reader.text("write-kubeconfig-group");
    if (reader.failed())
        return reader.error();
    return config;
}

Result<AgentConfig> AgentConfig::from(const Settings &settings, const Product &product) {
    AgentConfig config;
    SettingReader reader(settings);
    readCommon(reader, settings, product, config);
    readNode(reader, product, config.node);
    if (!reader.failed() && config.serverUrl.empty())
        reader.fail("server", "the address of the server to join is missing");
    if (!reader.failed() && config.token.empty())
        reader.fail("token", "the token of the cluster to join is missing");
    if (reader.failed())
        return reader.error();
    return config;
}

} // namespace coracle::config
