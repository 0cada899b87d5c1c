#include "clusterd/cluster/server.h"

#include "clusterd/appliance/server_folder.h"
#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/control_plane.h"
#include "clusterd/cluster/credentials.h"
#include "clusterd/cluster/event_loop.h"
#include "clusterd/cluster/networks.h"
#include "clusterd/cluster/node.h"
#include "clusterd/cluster/process.h"
#include "clusterd/cluster/teardown.h"
#include "clusterd/datastore/data_lock.h"
#include "clusterd/kubelet/node/machine_info.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kFreeBytesLeast = 16u << 20; // enough for the start's own writes
constexpr int kApiThreadsMax = 4;

/// The whole daemon, in the order in which it comes to life. Members are destroyed from the last to the first: the
/// loops outlive what runs in them.
class Server {
public:
    Server(config::ServerConfig config, const Launch &launch, std::function<void()> restart)
        : m_config(std::move(config)), m_launch(launch), m_restart(std::move(restart)), m_paths(Paths::of(m_config)) {}

    Result<> start();
    void stop();

private:
    Result<> checkMachine();
    Result<> lockData();
    Result<> prepareIdentity();
    Result<> startControlPlane();
    Result<> writeAccess();
    Result<> startNode();
    std::string advertiseAddress() const;
    CertificateOptions certificateOptions() const;
    std::string localUrl() const;

    config::ServerConfig m_config;
    const Launch &m_launch;
    std::function<void()> m_restart;
    Paths m_paths;
    datastore::DataLock m_lock;
    std::string m_nodeName, m_identity;
    std::vector<std::string> m_nodeAddresses;
    Certificates m_certificates;
    Tokens m_tokens;
    std::unique_ptr<EventLoop> m_apiLoop, m_controlLoop, m_nodeLoop;
    std::unique_ptr<ControlPlane> m_controlPlane;
    std::unique_ptr<client::Client> m_nodeClient, m_adminClient;
    std::unique_ptr<Node> m_node;
};

Result<> Server::start() {
    CHECK(checkMachine());
    CHECK(lockData());
    CHECK(prepareIdentity());
    CHECK(startControlPlane());
    CHECK(writeAccess());
    if (m_config.agent)
        CHECK(startNode());
    return {};
}

void Server::stop() {
    // Each part stops on the loop that it lives on; nothing may throw a stop off.
    if (m_node)
        (void)waitFor(m_nodeLoop->executor(), [](Node *node) -> Task<Result<>> {
            co_await node->stop();
            co_return Result<>();
        }(m_node.get()));
    if (m_nodeLoop)
        m_nodeLoop->stop();
    m_node.reset();
    m_nodeClient.reset();
    m_adminClient.reset();
    if (m_controlPlane)
        (void)waitFor(m_controlLoop->executor(), [](ControlPlane *plane) -> Task<Result<>> {
            co_await plane->stop();
            co_return Result<>();
        }(m_controlPlane.get()));
    for (EventLoop *loop : {m_controlLoop.get(), m_apiLoop.get()})
        if (loop)
            loop->stop();
    if (m_controlPlane) { // else another process may hold the data folder
        m_controlPlane.reset();
        removeIdleRunFolder(m_paths);
    }
}

Result<> Server::checkMachine() {
    if (m_config.agent && ::geteuid() != 0)
        return errors::other("a server with a node must run as root; as another user start it with --disable-agent");
    if (m_config.agent && m_config.node.runtimeEndpoint.empty())
        CHECK(Node::check());
    return {};
}

Result<> Server::lockData() {
    if (auto made = makeFolder(m_paths.data); !made)
        return errors::other(made.error().message + "; another place can be chosen by --data-dir");
    if (::access(m_paths.data.c_str(), W_OK | X_OK) != 0)
        return errors::fromErrno(
            fmt::format("data folder {} is not writable (another place can be chosen by --data-dir)",
                        m_paths.data.string()),
            errno);
    struct statvfs disk{};
    if (::statvfs(m_paths.data.c_str(), &disk) == 0 && uint64_t(disk.f_bavail) * disk.f_frsize < kFreeBytesLeast)
        return errors::other(fmt::format("the disk of {} is full: {} KiB are free, at least {} KiB are needed to start",
                                         m_paths.data.string(), uint64_t(disk.f_bavail) * disk.f_frsize >> 10,
                                         kFreeBytesLeast >> 10));
    TRY(m_lock, datastore::DataLock::acquire(m_paths.lock()));
    return appliance::ServerFolder(m_paths.data).settle();
}

Result<> Server::prepareIdentity() {
    CHECK(chooseNetworks(m_paths, m_config));
    TRY(m_nodeName, prepareNodeName(m_paths, m_config.node, systemRandom()));
    for (const config::Address &address : m_config.node.ips)
        m_nodeAddresses.push_back(address.text());
    if (m_nodeAddresses.empty())
        m_nodeAddresses = kubelet::defaultAddresses();
    TRY(m_certificates, prepareCertificates(m_paths, certificateOptions(), systemClock()));
    TRY(m_tokens, prepareTokens(m_paths, m_config, m_certificates.serverCaPem, systemRandom()));
    TRY(const std::string password, prepareNodePassword(m_paths, systemRandom()));
    m_identity = serverIdentity(m_paths, m_nodeName, password);
    return writeToolConfigs(m_paths);
}

CertificateOptions Server::certificateOptions() const {
    CertificateOptions options{.productName = m_config.product.name,
                               .nodeName = m_nodeName,
                               .clusterDomain = m_config.clusterDomain,
                               .nodeAddresses = m_nodeAddresses};
    for (const std::string &name : m_config.tlsSans)
        (config::Address::parse(name) ? options.addresses : options.dnsNames).push_back(name);
    for (const config::Cidr &cidr : m_config.serviceCidrs)
        options.addresses.push_back(cidr.at(1).text());
    for (const config::Address &address : m_config.node.externalIps)
        options.addresses.push_back(address.text());
    options.addresses.push_back(advertiseAddress());
    return options;
}

std::string Server::advertiseAddress() const {
    if (m_config.advertiseAddress)
        return m_config.advertiseAddress->text();
    if (!m_config.node.externalIps.empty())
        return m_config.node.externalIps.front().text();
    return m_nodeAddresses.empty() ? "127.0.0.1" : m_nodeAddresses.front();
}

Result<> Server::startControlPlane() {
    const int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kApiThreadsMax);
    m_apiLoop = std::make_unique<EventLoop>("api", threads);
    m_controlLoop = std::make_unique<EventLoop>("control", 1);
    m_controlPlane = std::make_unique<ControlPlane>(ControlPlaneParts{.config = m_config,
                                                                      .paths = m_paths,
                                                                      .certificates = m_certificates,
                                                                      .tokens = m_tokens,
                                                                      .launch = m_launch,
                                                                      .restart = m_restart,
                                                                      .nodeName = m_nodeName,
                                                                      .nodeAddresses = m_nodeAddresses,
                                                                      .advertiseAddress = advertiseAddress(),
                                                                      .identity = m_identity,
                                                                      .clock = systemClock(),
                                                                      .random = systemRandom(),
                                                                      .apiExecutor = m_apiLoop->executor(),
                                                                      .controlExecutor = m_controlLoop->executor()});
    return waitFor(m_controlLoop->executor(), m_controlPlane->start());
}

/// How this machine reaches the API: by loopback, unless it listens on one address only.
std::string Server::localUrl() const {
    const std::string bound = m_config.bindAddress.text();
    const std::string host = bound == "0.0.0.0" ? "127.0.0.1" : bound == "::" ? "::1" : bound;
    return m_config.bindAddress.isV6() ? fmt::format("https://[{}]:{}", host, m_controlPlane->port())
                                       : fmt::format("https://{}:{}", host, m_controlPlane->port());
}

Result<> Server::writeAccess() {
    CHECK(writeKubeconfigs(m_paths, m_config, m_certificates, localUrl()));
    log::info("cluster", "the API answers on {}; kubeconfig: {}", localUrl(), m_config.kubeconfig.string());
    return {};
}

Result<> Server::startNode() {
    m_nodeLoop = std::make_unique<EventLoop>("node", 1);
    m_nodeClient = m_controlPlane->client({.name = "system:node:" + m_nodeName,
                                           .groups = {"system:nodes", std::string(apiserver::kSystemAuthenticated)}});
    m_adminClient = m_controlPlane->client(
        {.name = "system:clusterd-supervisor",
         .groups = {std::string(apiserver::kSystemMasters), std::string(apiserver::kSystemAuthenticated)}});
    m_node = std::make_unique<Node>(NodeParts{.config = m_config,
                                              .paths = m_paths,
                                              .certificates = m_certificates,
                                              .nodeName = m_nodeName,
                                              .executable = m_launch.executable,
                                              .client = *m_nodeClient,
                                              .admin = *m_adminClient,
                                              .clock = systemClock(),
                                              .random = systemRandom()},
                                    m_nodeLoop->executor());
    return waitFor(m_nodeLoop->executor(), m_node->start());
}

} // namespace

Result<ServerEnd> runServer(config::ServerConfig config, const Launch &launch) {
    EndSignals signals;
    Server server(std::move(config), launch, [&signals] { signals.restart(); });
    auto started = server.start();
    int number = 0;
    if (started) {
        notifyServiceManager("READY=1");
        number = signals.wait();
        log::info("cluster", "{}: stopping", number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "restart");
        if (number != 0)
            notifyServiceManager("STOPPING=1");
    }
    server.stop();
    if (!started)
        return Failure(std::move(started).error());
    log::info("cluster", "stopped");
    return number == 0 ? ServerEnd::Restart : ServerEnd::Stopped;
}

} // namespace coracle::cluster
