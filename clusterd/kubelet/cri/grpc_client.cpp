#include "clusterd/kubelet/cri/grpc_client.h"

#include "clusterd/kubelet/cri/convert.h"
#include "clusterd/kubelet/cri/grpc_transport.h"
#include "containerd_events.grpc.pb.h"
#include "cri.grpc.pb.h"

#include <fmt/format.h>

namespace coracle::kubelet::cri {

namespace wire = runtime::v1;
using namespace std::chrono_literals;

namespace {

constexpr auto kTimeout = 120s;
/// RunPodSandbox waits for the network plugin.
constexpr auto kSandboxTimeout = 240s;
constexpr int kMessageBytesMax = 16 << 20;

/// Requests and responses have regular names, so a call is its name: the request is built before it.
#define CORACLE_CALL(stub, Name, request, timeout)                                                                     \
    m_transport.unary<wire::Name##Response>(timeout,                                                                   \
                                            [this, &request](grpc::ClientContext *c, grpc::CompletionQueue *q) {       \
                                                return stub->PrepareAsync##Name(c, request, q);                        \
                                            })

/// Stopping or removing what is gone is a success.
template<class Response>
Result<> absentIsFine(Result<Response> result) {
    if (!result && !isNotFound(result.error()))
        return std::unexpected(std::move(result).error());
    return {};
}

class GrpcRuntimeService final : public RuntimeService {
public:
    GrpcRuntimeService(Transport &transport, const std::shared_ptr<grpc::Channel> &channel)
        : m_transport(transport),
          m_stub(wire::RuntimeService::NewStub(channel)),
          m_events(containerd::services::events::v1::Events::NewStub(channel)) {}

    Task<Result<Version>> version() override {
        wire::VersionRequest request;
        request.set_version("v1");
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, Version, request, kTimeout));
        co_return Version{response.runtime_name(), response.runtime_version()};
    }

    Task<Result<std::vector<RuntimeCondition>>> status() override {
        wire::StatusRequest request;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, Status, request, kTimeout));
        std::vector<RuntimeCondition> conditions;
        for (const auto &c : response.status().conditions())
            conditions.push_back({c.type(), c.status(), c.reason(), c.message()});
        co_return conditions;
    }

    Task<Result<>> updateRuntimeConfig(std::string podCidr) override {
        wire::UpdateRuntimeConfigRequest request;
        request.mutable_runtime_config()->mutable_network_config()->set_pod_cidr(podCidr);
        CO_CHECK(co_await CORACLE_CALL(m_stub, UpdateRuntimeConfig, request, kTimeout));
        co_return Result<>{};
    }

    Task<Result<std::string>> runPodSandbox(SandboxConfig config, std::string runtimeHandler) override {
        wire::RunPodSandboxRequest request;
        *request.mutable_config() = toWire(config);
        request.set_runtime_handler(runtimeHandler);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, RunPodSandbox, request, kSandboxTimeout));
        co_return response.pod_sandbox_id();
    }

    Task<Result<>> stopPodSandbox(std::string id) override {
        wire::StopPodSandboxRequest request;
        request.set_pod_sandbox_id(id);
        auto response = co_await CORACLE_CALL(m_stub, StopPodSandbox, request, kTimeout);
        co_return absentIsFine(std::move(response));
    }

    Task<Result<>> removePodSandbox(std::string id) override {
        wire::RemovePodSandboxRequest request;
        request.set_pod_sandbox_id(id);
        auto response = co_await CORACLE_CALL(m_stub, RemovePodSandbox, request, kTimeout);
        co_return absentIsFine(std::move(response));
    }

    Task<Result<SandboxStatus>> podSandboxStatus(std::string id) override {
        wire::PodSandboxStatusRequest request;
        request.set_pod_sandbox_id(id);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, PodSandboxStatus, request, kTimeout));
        co_return fromWire(response.status());
    }

    Task<Result<std::vector<Sandbox>>> listPodSandbox(Strings labels) override {
        wire::ListPodSandboxRequest request;
        for (const auto &[key, value] : labels)
            (*request.mutable_filter()->mutable_label_selector())[key] = value;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ListPodSandbox, request, kTimeout));
        std::vector<Sandbox> sandboxes;
        for (const auto &sandbox : response.items())
            sandboxes.push_back(fromWire(sandbox));
        co_return sandboxes;
    }

    Task<Result<std::string>> createContainer(std::string sandboxId, ContainerConfig config,
                                              SandboxConfig sandbox) override {
        wire::CreateContainerRequest request;
        request.set_pod_sandbox_id(sandboxId);
        *request.mutable_config() = toWire(config);
        *request.mutable_sandbox_config() = toWire(sandbox);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, CreateContainer, request, kTimeout));
        co_return response.container_id();
    }

    Task<Result<>> startContainer(std::string id) override {
        wire::StartContainerRequest request;
        request.set_container_id(id);
        CO_CHECK(co_await CORACLE_CALL(m_stub, StartContainer, request, kTimeout));
        co_return Result<>{};
    }

    Task<Result<>> stopContainer(std::string id, std::chrono::seconds timeout) override {
        wire::StopContainerRequest request;
        request.set_container_id(id);
        request.set_timeout(timeout.count());
        auto response = co_await CORACLE_CALL(m_stub, StopContainer, request, timeout + kTimeout);
        co_return absentIsFine(std::move(response));
    }

    Task<Result<>> removeContainer(std::string id) override {
        wire::RemoveContainerRequest request;
        request.set_container_id(id);
        auto response = co_await CORACLE_CALL(m_stub, RemoveContainer, request, kTimeout);
        co_return absentIsFine(std::move(response));
    }

    Task<Result<std::vector<Container>>> listContainers(ContainerFilter filter) override {
        wire::ListContainersRequest request;
        request.mutable_filter()->set_id(filter.id);
        request.mutable_filter()->set_pod_sandbox_id(filter.sandboxId);
        for (const auto &[key, value] : filter.labels)
            (*request.mutable_filter()->mutable_label_selector())[key] = value;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ListContainers, request, kTimeout));
        std::vector<Container> containers;
        for (const auto &container : response.containers())
            containers.push_back(fromWire(container));
        co_return containers;
    }

    Task<Result<ContainerStatus>> containerStatus(std::string id) override {
        wire::ContainerStatusRequest request;
        request.set_container_id(id);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ContainerStatus, request, kTimeout));
        co_return fromWire(response.status());
    }

    Task<Result<>> reopenContainerLog(std::string id) override {
        wire::ReopenContainerLogRequest request;
        request.set_container_id(id);
        CO_CHECK(co_await CORACLE_CALL(m_stub, ReopenContainerLog, request, kTimeout));
        co_return Result<>{};
    }

    Task<Result<std::vector<ContainerStats>>> listContainerStats(ContainerFilter filter) override {
        wire::ListContainerStatsRequest request;
        request.mutable_filter()->set_id(filter.id);
        request.mutable_filter()->set_pod_sandbox_id(filter.sandboxId);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ListContainerStats, request, kTimeout));
        std::vector<ContainerStats> stats;
        for (const auto &entry : response.stats())
            stats.push_back(fromWire(entry));
        co_return stats;
    }

    Task<Result<ExecResult>> execSync(std::string id, std::vector<std::string> command,
                                      std::chrono::seconds timeout) override {
        wire::ExecSyncRequest request;
        request.set_container_id(id);
        request.set_timeout(timeout.count());
        for (const auto &word : command)
            request.add_cmd(word);
        // Without a timeout the command may run as long as it likes.
        std::optional<std::chrono::milliseconds> deadline;
        if (timeout.count() > 0)
            deadline = timeout + kTimeout;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ExecSync, request, deadline));
        co_return ExecResult{response.stdout(), response.stderr(), response.exit_code()};
    }

    Task<Result<std::string>> exec(ExecOptions options) override {
        wire::ExecRequest request;
        request.set_container_id(options.containerId);
        for (const auto &word : options.command)
            request.add_cmd(word);
        request.set_tty(options.tty);
        request.set_stdin(options.stdin);
        request.set_stdout(options.stdout);
        request.set_stderr(options.stderr);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, Exec, request, kTimeout));
        co_return response.url();
    }

    Task<Result<std::string>> attach(ExecOptions options) override {
        wire::AttachRequest request;
        request.set_container_id(options.containerId);
        request.set_tty(options.tty);
        request.set_stdin(options.stdin);
        request.set_stdout(options.stdout);
        request.set_stderr(options.stderr);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, Attach, request, kTimeout));
        co_return response.url();
    }

    Task<Result<std::string>> portForward(std::string sandboxId, std::vector<int32_t> ports) override {
        wire::PortForwardRequest request;
        request.set_pod_sandbox_id(sandboxId);
        for (int32_t port : ports)
            request.add_port(port);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, PortForward, request, kTimeout));
        co_return response.url();
    }

    Task<Result<>> watchEvents(std::function<void(const ContainerEvent &)> handler) override;

private:
    Transport &m_transport;
    std::unique_ptr<wire::RuntimeService::Stub> m_stub;
    std::unique_ptr<containerd::services::events::v1::Events::Stub> m_events;
};

// containerd's own events, because CRI's GetContainerEvents came only with containerd 1.7 and this service is in both.
Task<Result<>> GrpcRuntimeService::watchEvents(std::function<void(const ContainerEvent &)> handler) {
    namespace events = containerd::services::events::v1;
    struct Call : CallBase {
        using CallBase::CallBase;
        events::Envelope envelope;
        grpc::Status status;
        std::unique_ptr<grpc::ClientAsyncReader<events::Envelope>> reader;
    };
    auto call = std::make_shared<Call>(co_await boost::asio::this_coro::executor);
    events::SubscribeRequest request;
    request.add_filters("topic==\"/tasks/exit\",namespace==k8s.io");
    call->reader = m_events->PrepareAsyncSubscribe(&call->context, request, m_transport.queue());
    Transport::Registration registration(m_transport, call.get());
    call->reader->StartCall(call->tag());
    bool going = co_await call->wait();
    while (going && call->ok()) {
        call->reader->Read(&call->envelope, call->tag());
        going = co_await call->wait();
        if (!going || !call->ok())
            break;
        events::TaskExit event;
        if (event.ParseFromString(call->envelope.event().value()) && event.id() == event.container_id())
            handler({event.container_id()});
    }
    if (!going)
        co_return errors::other("the call was cancelled");
    call->reader->Finish(&call->status, call->tag());
    if (!co_await call->wait())
        co_return errors::other("the call was cancelled");
    if (call->status.ok())
        co_return errors::serviceUnavailable("the runtime ended its event stream");
    co_return toFailure(call->status);
}

class GrpcImageService final : public ImageService {
public:
    GrpcImageService(Transport &transport, const std::shared_ptr<grpc::Channel> &channel)
        : m_transport(transport), m_stub(wire::ImageService::NewStub(channel)) {}

    Task<Result<std::vector<Image>>> listImages() override {
        wire::ListImagesRequest request;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ListImages, request, kTimeout));
        std::vector<Image> images;
        for (const auto &image : response.images())
            images.push_back(fromWire(image));
        co_return images;
    }

    Task<Result<std::optional<Image>>> imageStatus(std::string reference) override {
        wire::ImageStatusRequest request;
        request.mutable_image()->set_image(reference);
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ImageStatus, request, kTimeout));
        if (!response.has_image() || response.image().id().empty())
            co_return std::nullopt;
        co_return fromWire(response.image());
    }

    Task<Result<std::string>> pullImage(std::string reference, std::optional<RegistryAuth> auth,
                                        SandboxConfig sandbox) override {
        wire::PullImageRequest request;
        request.mutable_image()->set_image(reference);
        if (auth)
            *request.mutable_auth() = toWire(*auth);
        *request.mutable_sandbox_config() = toWire(sandbox);
        // A slow line may need hours for a large image: the runtime watches the progress, so there is no deadline.
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, PullImage, request, std::nullopt));
        co_return response.image_ref();
    }

    Task<Result<>> removeImage(std::string reference) override {
        wire::RemoveImageRequest request;
        request.mutable_image()->set_image(reference);
        auto response = co_await CORACLE_CALL(m_stub, RemoveImage, request, kTimeout);
        co_return absentIsFine(std::move(response));
    }

    Task<Result<std::vector<ImageFilesystem>>> imageFsInfo() override {
        wire::ImageFsInfoRequest request;
        CO_TRY(auto response, co_await CORACLE_CALL(m_stub, ImageFsInfo, request, kTimeout));
        std::vector<ImageFilesystem> filesystems;
        for (const auto &entry : response.image_filesystems())
            filesystems.push_back(
                {entry.fs_id().mountpoint(), entry.used_bytes().value(), entry.inodes_used().value()});
        co_return filesystems;
    }

private:
    Transport &m_transport;
    std::unique_ptr<wire::ImageService::Stub> m_stub;
};

std::shared_ptr<grpc::Channel> openChannel(const std::filesystem::path &socket) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
    arguments.SetMaxSendMessageSize(kMessageBytesMax);
    // A restarted runtime is there again within a fraction of a second.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
    return grpc::CreateCustomChannel("unix:" + socket.string(), grpc::InsecureChannelCredentials(), arguments);
}

} // namespace

struct GrpcRuntime::Impl {
    explicit Impl(const std::filesystem::path &socket)
        : channel(openChannel(socket)), runtime(transport, channel), images(transport, channel) {}

    Transport transport;
    std::shared_ptr<grpc::Channel> channel;
    GrpcRuntimeService runtime;
    GrpcImageService images;
};

GrpcRuntime::GrpcRuntime(const std::filesystem::path &socket) : m_impl(std::make_unique<Impl>(socket)) {}

GrpcRuntime::~GrpcRuntime() = default;

RuntimeService &GrpcRuntime::runtime() {
    return m_impl->runtime;
}

ImageService &GrpcRuntime::images() {
    return m_impl->images;
}

} // namespace coracle::kubelet::cri
