#include "clusterd/kubelet/cri/grpc_client.h"
#include "clusterd/kubelet/cri/grpc_transport.h"

#include <fmt/format.h>
#include <grpcpp/generic/generic_stub.h>

namespace coracle::kubelet::cri {

namespace {

/// grpc.health.v1.HealthCheckRequest has one string field, numbered 1; written by hand, it needs no generated code.
std::string encodeRequest(const std::string &service) {
    std::string text;
    if (service.empty())
        return text;
    text.push_back('\x0a');
    for (size_t length = service.size();; length >>= 7) {
        text.push_back(static_cast<char>((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
        if (length <= 0x7f)
            break;
    }
    return text + service;
}

/// grpc.health.v1.HealthCheckResponse: the enum `status`, field 1; SERVING is 1.
int decodeStatus(const grpc::ByteBuffer &buffer) {
    std::vector<grpc::Slice> slices;
    std::string text;
    if (buffer.Dump(&slices).ok())
        for (const auto &slice : slices)
            text.append(reinterpret_cast<const char *>(slice.begin()), slice.size());
    return text.size() >= 2 && text[0] == '\x08' ? static_cast<unsigned char>(text[1]) : 0;
}

} // namespace

Task<Result<>> grpcHealthCheck(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout) {
    static Transport transport; // its thread starts with the first gRPC probe
    std::string address = host.find(':') == std::string::npos ? host : "[" + host + "]";
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // Each probe has a connection of its own, as the endpoint may have moved on.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto channel =
        grpc::CreateCustomChannel(fmt::format("{}:{}", address, port), grpc::InsecureChannelCredentials(), arguments);
    grpc::GenericStub stub(channel);
    std::string encoded = encodeRequest(service);
    grpc::Slice slice(encoded);
    grpc::ByteBuffer request(&slice, 1);
    auto response = co_await transport.unary<grpc::ByteBuffer>(
        timeout, [&stub, &request](grpc::ClientContext *context, grpc::CompletionQueue *queue) {
            return stub.PrepareUnaryCall(context, "/grpc.health.v1.Health/Check", request, queue);
        });
    if (!response)
        co_return std::unexpected(response.error());
    if (int status = decodeStatus(*response); status != 1)
        co_return errors::other(
            fmt::format("service unhealthy (responded with \"{}\")", status == 2 ? "NOT_SERVING" : "UNKNOWN"));
    co_return Result<>{};
}

} // namespace coracle::kubelet::cri
