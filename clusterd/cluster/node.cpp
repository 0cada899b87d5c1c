#include "clusterd/cluster/node.h"

#include "clusterd/cluster/containerd.h"
#include "clusterd/cluster/image_import.h"
#include "clusterd/cluster/kubelet_options.h"
#include "clusterd/cluster/pod_network.h"
#include "clusterd/cluster/registry_hosts.h"
#include "clusterd/kubelet/cri/grpc_client.h"
#include "clusterd/kubelet/kubelet.h"
#include "clusterd/kubelet/volumes/local_path_agent.h"
#include "clusterd/network/node_network.h"
#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::cluster {

namespace fs = std::filesystem;

struct Node::State {
    State(NodeParts p, Executor e) : parts(std::move(p)), executor(e), gate(e) {}

    NodeParts parts;
    Executor executor;
    Gate gate;
    std::unique_ptr<Containerd> containerd; ///< null with --container-runtime-endpoint
    std::unique_ptr<kubelet::cri::GrpcRuntime> runtime, images;
    std::unique_ptr<kubelet::CgroupManager> cgroups;
    std::unique_ptr<kubelet::Kubelet> kubelet;
    std::unique_ptr<kubelet::LocalPathAgent> localPath; ///< null with --disable local-storage
    std::unique_ptr<network::NodeNetwork> network;
};

namespace {} // namespace

Node::Node(NodeParts parts, Executor executor) : m_state(std::make_unique<State>(std::move(parts), executor)) {}

Node::~Node() = default;

Result<> Node::check() {
    CHECK(Containerd::findPrograms());
    return {};
}

Task<Result<>> Node::start() {
    CO_CHECK(co_await startContainerd());
    CO_CHECK(co_await startPodNetwork());
    CO_CHECK(co_await startKubelet());
    startLocalPath();
    CO_CHECK(co_await startNetwork());
    co_return Result<>();
}

Task<> Node::stop() {
    if (m_state->network)
        co_await m_state->network->stop();
    if (m_state->kubelet)
        co_await m_state->kubelet->stop();
    if (m_state->containerd)
        co_await m_state->containerd->stop();
    co_await m_state->gate.close();
}

Task<Result<>> Node::startContainerd() {
    const config::NodeConfig &node = m_state->parts.config.node;
    const Paths &paths = m_state->parts.paths;
    fs::path socket = socketOfEndpoint(node.runtimeEndpoint);
    if (socket.empty()) {
        CO_TRY(const auto programs, Containerd::findPrograms());
        ContainerdOptions options{.pauseImage = node.pauseImage,
                                  .snapshotter = node.snapshotter,
                                  .defaultRuntime = node.defaultRuntime,
                                  .nonRootDevices = node.nonRootDevices,
                                  .mayLowerOomScore = mayLowerOomScore(),
                                  .appArmor = appArmorUsable()};
        const config::Registries registries = loadRegistries(node.registriesFile);
        options.registries = registryConfig(paths, registries);
        CO_CHECK(writeRegistryHosts(paths, registryHosts(registries, node.defaultRegistryEndpoint)));
        m_state->containerd =
            std::make_unique<Containerd>(paths, programs, std::move(options), m_state->gate, m_state->parts.clock);
        CO_CHECK(co_await m_state->containerd->start());
        CO_CHECK(co_await importImages(paths, findImageArchives(paths, builtInImages(m_state->parts.executable)),
                                       m_state->parts.clock));
        socket = paths.containerdSocket();
    }
    m_state->runtime = std::make_unique<kubelet::cri::GrpcRuntime>(socket);
    if (!node.imageEndpoint.empty())
        m_state->images = std::make_unique<kubelet::cri::GrpcRuntime>(socketOfEndpoint(node.imageEndpoint));
    co_return Result<>();
}

Task<Result<>> Node::startPodNetwork() {
    // A node that was here before begins with its network at once; another one gets it when it is registered.
    const NodeParts &parts = m_state->parts;
    CO_TRY(const auto podCidrs, co_await podCidrsOf(parts.admin, parts.nodeName));
    if (m_state->containerd && !podCidrs.empty())
        CO_CHECK(writeCniConfig(parts.paths, podCidrs, parts.config.node.cniConfig));
    co_return Result<>();
}

Task<Result<>> Node::startKubelet() {
    const NodeParts &parts = m_state->parts;
    auto cgroups = kubelet::CgroupManager::create();
    if (cgroups)
        m_state->cgroups = std::move(*cgroups);
    else
        log::warning("kubelet", "pods are not put into control groups: {}", cgroups.error().message);
    CO_TRY(auto options,
           makeKubeletOptions(parts.config, parts.paths, parts.certificates, parts.nodeName, parts.clock));
    auto &imageRuntime = m_state->images ? *m_state->images : *m_state->runtime;
    kubelet::KubeletDependencies dependencies{.client = parts.client,
                                              .clock = parts.clock,
                                              .random = parts.random,
                                              .runtime = m_state->runtime->runtime(),
                                              .images = imageRuntime.images(),
                                              .mounter = kubelet::systemMounter(),
                                              .probes = kubelet::networkProbeTransport(),
                                              .cgroups = m_state->cgroups.get()};
    m_state->kubelet = std::make_unique<kubelet::Kubelet>(std::move(options), dependencies, m_state->executor);
    CO_CHECK(co_await m_state->kubelet->start());
    m_state->gate.spawn([this] { return completeNode(); });
    co_return Result<>();
}

Task<> Node::completeNode() {
    const NodeParts &parts = m_state->parts;
    if (auto labelled = co_await labelServerNode(parts.admin, parts.clock, parts.nodeName); !labelled)
        log::error("cluster", "cannot label node {}: {}", parts.nodeName, labelled.error().message);
    auto written = co_await writePodNetwork();
    if (!written)
        log::error("cluster", "node {} has no pod network: {}", parts.nodeName, written.error().message);
}

Task<Result<>> Node::writePodNetwork() {
    const NodeParts &parts = m_state->parts;
    CO_TRY(const auto podCidrs, co_await awaitPodCidrs(parts.admin, parts.clock, parts.nodeName));
    if (m_state->containerd)
        CO_CHECK(writeCniConfig(parts.paths, podCidrs, parts.config.node.cniConfig));
    co_return Result<>();
}

void Node::startLocalPath() {
    const NodeParts &parts = m_state->parts;
    if (parts.config.disabled.contains("local-storage"))
        return;
    m_state->localPath =
        std::make_unique<kubelet::LocalPathAgent>(kubelet::LocalPathAgent::Context{.client = parts.admin,
                                                                                   .clock = parts.clock,
                                                                                   .gate = m_state->gate,
                                                                                   .quota = kubelet::projectQuota(),
                                                                                   .nodeName = parts.nodeName});
    m_state->localPath->start();
}

Task<Result<>> Node::startNetwork() {
    const NodeParts &parts = m_state->parts;
    network::NodeNetworkOptions options{.nodeName = parts.nodeName,
                                        .instance = parts.paths.instance.id(),
                                        .clusterDomain = parts.config.clusterDomain,
                                        .resolvConf = hostResolvConf(parts.config.node),
                                        .enableProxy = parts.config.kubeProxy,
                                        .enableDns = !parts.config.disabled.contains("coredns")};
    for (const config::Cidr &cidr : parts.config.clusterCidrs)
        options.clusterCidrs.push_back(cidr.text());
    for (const config::Address &address : parts.config.clusterDns)
        options.clusterDns.push_back(address.text());
    m_state->network = std::make_unique<network::NodeNetwork>(std::move(options), parts.client, parts.clock,
                                                              parts.random, m_state->executor);
    CO_CHECK(m_state->network->start());
    co_return Result<>();
}

} // namespace coracle::cluster
