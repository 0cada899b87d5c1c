#include "clusterd/cluster/appliance_data.h"

#include "clusterd/cluster/child_process.h"
#include "clusterd/cluster/image_import.h"
#include "clusterd/kubelet/cri/grpc_client.h"

namespace coracle::cluster {

namespace {

/// The connection is made when somebody asks for images.
void addRuntime(const ControlPlaneParts &plane, appliance::DataParts &parts) {
    const config::NodeConfig &node = plane.config.node;
    const auto runtime =
        node.runtimeEndpoint.empty() ? plane.paths.containerdSocket() : socketOfEndpoint(node.runtimeEndpoint);
    const auto images = node.imageEndpoint.empty() ? runtime : socketOfEndpoint(node.imageEndpoint);
    auto connection = std::make_shared<kubelet::cri::GrpcRuntime>(runtime);
    auto imageConnection = images == runtime ? connection : std::make_shared<kubelet::cri::GrpcRuntime>(images);
    parts.runtime = {connection, &connection->runtime()};
    parts.images = {imageConnection, &imageConnection->images()};
    if (node.runtimeEndpoint.empty())
        parts.importImages = [&plane](std::filesystem::path archive) {
            return importArchive(plane.paths, std::move(archive), plane.clock);
        };
}

} // namespace

appliance::DataParts applianceData(const ControlPlaneParts &plane, datastore::Backend &backend,
                                   std::function<Result<>()> datastoreHealth) {
    const Paths &paths = plane.paths;
    const config::ServerConfig &config = plane.config;
    appliance::DataParts parts{.folders = {.data = paths.data,
                                           .database = paths.database(),
                                           .backups = config.backupFolder,
                                           .imageStore = paths.containerdRoot(),
                                           .kubelet = paths.kubelet(),
                                           .podLogs = paths.podLogs(),
                                           .volumes = config.localStoragePath,
                                           .upgrades = config.upgradeSource},
                               .automaticBackups = config.backupsKept,
                               .backend = backend,
                               .datastoreHealth = std::move(datastoreHealth),
                               .pauseImage = config.node.pauseImage,
                               .executable = plane.launch.executable,
                               .runProgram = [&clock = plane.clock](std::filesystem::path program,
                                                                    std::vector<std::string> arguments,
                                                                    Duration timeout) {
                                   return runProgram(std::move(program), std::move(arguments), clock, timeout);
                               }};
    if (config.agent)
        addRuntime(plane, parts);
    return parts;
}

} // namespace coracle::cluster
