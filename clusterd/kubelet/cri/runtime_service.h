#pragma once

#include "clusterd/kubelet/cri/types.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace coracle::kubelet::cri {

/// The container runtime, as CRI describes it. Tasks run on the caller's executor and end with an error when they are
/// cancelled. A missing sandbox, container or image is errors::notFound; removing or stopping one is then a success.
class RuntimeService {
public:
    virtual ~RuntimeService() = default;
    virtual Task<Result<Version>> version() = 0;
    virtual Task<Result<std::vector<RuntimeCondition>>> status() = 0;
    /// Tells the runtime the node's pod networks ("10.42.0.0/24,fd00::/64").
    virtual Task<Result<>> updateRuntimeConfig(std::string podCidr) = 0;

    virtual Task<Result<std::string>> runPodSandbox(SandboxConfig config, std::string runtimeHandler) = 0;
    virtual Task<Result<>> stopPodSandbox(std::string id) = 0;
    virtual Task<Result<>> removePodSandbox(std::string id) = 0;
    virtual Task<Result<SandboxStatus>> podSandboxStatus(std::string id) = 0;
    virtual Task<Result<std::vector<Sandbox>>> listPodSandbox(Strings labels) = 0;

    virtual Task<Result<std::string>> createContainer(std::string sandboxId, ContainerConfig config,
                                                      SandboxConfig sandbox) = 0;
    virtual Task<Result<>> startContainer(std::string id) = 0;
    /// Sends the stop signal, then SIGKILL after the time.
    virtual Task<Result<>> stopContainer(std::string id, std::chrono::seconds timeout) = 0;
    virtual Task<Result<>> removeContainer(std::string id) = 0;
    virtual Task<Result<std::vector<Container>>> listContainers(ContainerFilter filter) = 0;
    virtual Task<Result<ContainerStatus>> containerStatus(std::string id) = 0;
    virtual Task<Result<>> reopenContainerLog(std::string id) = 0;
    virtual Task<Result<std::vector<ContainerStats>>> listContainerStats(ContainerFilter filter) = 0;

    /// Runs a command to its end; a timeout is errors::timeout.
    virtual Task<Result<ExecResult>> execSync(std::string id, std::vector<std::string> command,
                                              std::chrono::seconds timeout) = 0;
    /// URLs of the runtime's streaming server.
    virtual Task<Result<std::string>> exec(ExecOptions options) = 0;
    virtual Task<Result<std::string>> attach(ExecOptions options) = 0;
    virtual Task<Result<std::string>> portForward(std::string sandboxId, std::vector<int32_t> ports) = 0;

    /// Calls the handler on the caller's executor whenever a container has ended, until the runtime goes away or the
    /// task is cancelled. A runtime without events answers with an error at once.
    virtual Task<Result<>> watchEvents(std::function<void(const ContainerEvent &)> handler) = 0;
};

class ImageService {
public:
    virtual ~ImageService() = default;
    virtual Task<Result<std::vector<Image>>> listImages() = 0;
    /// Nothing when the image is not there.
    virtual Task<Result<std::optional<Image>>> imageStatus(std::string reference) = 0;
    /// The image's id.
    virtual Task<Result<std::string>> pullImage(std::string reference, std::optional<RegistryAuth> auth,
                                                SandboxConfig sandbox) = 0;
    virtual Task<Result<>> removeImage(std::string reference) = 0;
    virtual Task<Result<std::vector<ImageFilesystem>>> imageFsInfo() = 0;
};

} // namespace coracle::kubelet::cri
