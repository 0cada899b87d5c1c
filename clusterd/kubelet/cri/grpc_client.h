#pragma once

#include "clusterd/kubelet/cri/runtime_service.h"

#include <filesystem>
#include <memory>

namespace coracle::kubelet::cri {

/// CRI over a unix socket. The connection is made when it is first needed and again whenever the runtime comes back.
/// Thread-safe; has one thread of its own, that waits for answers.
class GrpcRuntime {
public:
    explicit GrpcRuntime(const std::filesystem::path &socket);
    GrpcRuntime(const GrpcRuntime &) = delete;
    GrpcRuntime &operator=(const GrpcRuntime &) = delete;
    /// Ends calls that still run with an error.
    ~GrpcRuntime();

    RuntimeService &runtime();
    ImageService &images();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Asks a gRPC health service (grpc.health.v1) for a probe; success means SERVING.
Task<Result<>> grpcHealthCheck(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout);

} // namespace coracle::kubelet::cri
