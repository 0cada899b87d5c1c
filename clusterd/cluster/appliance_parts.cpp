#include "clusterd/cluster/appliance_parts.h"

#include "clusterd/cluster/registry_hosts.h"

#include "clusterd/apiserver/options.h"
#include "clusterd/cluster/appliance_data.h"
#include "core/config/token.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace coracle::cluster {

using appliance::Component;
using appliance::Health;

namespace {

/// Whether somebody listens on a unix socket.
bool answers(const std::filesystem::path &socket) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = socket.string();
    if (path.size() >= sizeof address.sun_path)
        return false;
    path.copy(address.sun_path, path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool connected = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    if (fd >= 0)
        ::close(fd);
    return connected;
}

std::string hostPort(const std::string &address, uint16_t port) {
    return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                  : fmt::format("[{}]:{}", address, port);
}

/// What runs in this server, by its configuration and by what can be seen from here.
std::vector<Component> lookAtComponents(const ApplianceSources &sources) {
    const config::ServerConfig &config = sources.plane.config;
    const bool ready = sources.apiReady();
    const auto stored = sources.datastoreHealth();
    auto part = [](std::string name, bool enabled, bool good, std::string message, Health otherwise) {
        return Component{.name = std::move(name),
                         .health = !enabled ? Health::Disabled
                                   : good   ? Health::Ok
                                            : otherwise,
                         .message = enabled && !good ? std::move(message) : ""};
    };
    const auto node = sources.reader.get(*api::findResource("", "v1", "nodes"), "", sources.plane.nodeName);
    const bool ownRuntime = config.node.runtimeEndpoint.empty();
    const bool containerd = !config.agent || !ownRuntime || answers(sources.plane.paths.containerdSocket());
    const bool nodeReady = node && appliance::nodeReady(*node);
    return {part("datastore", true, stored.has_value(), stored ? "" : stored.error().message, Health::Failed),
            part("apiserver", true, ready, "not ready yet; /readyz?verbose tells what is missing", Health::Starting),
            part("scheduler", config.scheduler, ready, "waits for the API", Health::Starting),
            part("controller-manager", config.controllers, ready, "waits for the API", Health::Starting),
            part("kubelet", config.agent, nodeReady, "the node is not Ready; its conditions tell why",
                 node ? Health::Failed : Health::Starting),
            part("containerd", config.agent && ownRuntime, containerd,
                 "does not answer on its socket; it is started again", Health::Failed),
            part("proxy", config.agent && config.kubeProxy, true, "", Health::Ok),
            part("dns", config.agent && !config.disabled.contains("coredns"), true, "", Health::Ok),
            part("metrics-server", !config.disabled.contains("metrics-server"), true, "", Health::Ok)};
}

appliance::CertificateAccess certificateAccess(const Paths &paths, Clock &clock) {
    appliance::CertificateAccess access;
    access.list = [&paths, &clock] {
        std::vector<appliance::CertificateInfo> all;
        for (CertificateState &state : inspectCertificates(paths, clock))
            all.push_back({.file = std::move(state.file),
                           .subject = std::move(state.subject),
                           .issuer = std::move(state.issuer),
                           .service = std::move(state.service),
                           .usages = std::move(state.usages),
                           .notBefore = state.notBefore,
                           .notAfter = state.notAfter,
                           .isCa = state.isCa});
        return all;
    };
    for (const std::string_view service : certificateServices())
        access.services.emplace_back(service);
    access.renewBefore = kRenewBefore;
    access.files = [&paths](const std::vector<std::string> &services) { return rotatedFiles(paths, services); };
    access.rotate = [&paths, &clock](const std::vector<std::string> &services) -> Result<> {
        CHECK(rotateCertificates(paths, services, clock));
        return {};
    };
    return access;
}

std::vector<std::pair<std::string, std::string>> addressesOf(const ControlPlaneParts &plane) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const std::string &address : plane.nodeAddresses)
        all.emplace_back("InternalIP", address);
    for (const config::Address &address : plane.config.node.externalIps)
        all.emplace_back("ExternalIP", address.text());
    all.emplace_back("Advertise", plane.advertiseAddress);
    for (const config::Address &address : plane.config.clusterDns)
        all.emplace_back("ClusterDNS", address.text());
    return all;
}

} // namespace

Result<appliance::ApplianceParts> applianceParts(ApplianceSources sources) {
    const ControlPlaneParts &plane = sources.plane;
    const config::ServerConfig &config = plane.config;
    TRY(std::string caHash, config::caHash(plane.certificates.serverCaPem));
    const uint16_t port = config.advertisePort ? config.advertisePort : config.httpsPort;
    return appliance::ApplianceParts{.client = sources.client,
                                     .authenticator = sources.authenticator,
                                     .random = plane.random,
                                     .executor = sources.executor,
                                     .trial = plane.launch.trial,
                                     .configuration = {.product = config.product,
                                                       .flags = plane.launch.flags,
                                                       .environment = config::processEnvironment(),
                                                       .running = plane.launch.settings,
                                                       .machineNetworks = appliance::machineNetworks},
                                     .status = {.reader = sources.reader,
                                                .clock = plane.clock,
                                                .productName = config.product.name,
                                                .version = plane.launch.version,
                                                .kubernetesVersion = apiserver::VersionInfo().gitVersion,
                                                .nodeName = config.agent ? plane.nodeName : "",
                                                .addresses = addressesOf(plane),
                                                .apiUrl = "https://" + hostPort(plane.advertiseAddress, port),
                                                .paths = {{"data", plane.paths.data.string()},
                                                          {"config", config.configFile.string()},
                                                          {"kubeconfig", config.kubeconfig.string()},
                                                          {"run", plane.paths.run.string()}},
                                                .dataFolder = plane.paths.data,
                                                .components = [sources] { return lookAtComponents(sources); }},
                                     .registries = {.file = config.node.registriesFile,
                                                    .running = loadRegistries(config.node.registriesFile).yaml(),
                                                    .ours = config.agent && config.node.runtimeEndpoint.empty()},
                                     .caHash = std::move(caHash),
                                     .log = plane.launch.log,
                                     .data = applianceData(plane, sources.backend, sources.datastoreHealth),
                                     .certificates = certificateAccess(plane.paths, plane.clock),
                                     .apiReady = sources.apiReady,
                                     .restart = plane.restart};
}

} // namespace coracle::cluster
