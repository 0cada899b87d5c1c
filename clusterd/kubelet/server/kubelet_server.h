#pragma once

#include "clusterd/kubelet/pods/pod_manager.h"
#include "core/http/client.h"
#include "core/http/server.h"

#include <memory>

namespace coracle::kubelet {

/// The kubelet's HTTP API, as the API server and metrics scrapers call it: container logs, exec, attach and
/// port-forward (passed through to the runtime's streaming server), pods, health, stats and metrics.
class KubeletServer {
public:
    KubeletServer(NodeContext &node, PodManager &pods, Executor executor);

    Result<uint16_t> listen();
    Task<> stop();
    uint16_t port() const { return m_port; }
    Result<> replaceIdentity(http::TlsIdentity identity) { return m_server->replaceIdentity(std::move(identity)); }

private:
    Task<> handle(http::Request &request, http::ResponseWriter &writer);
    Task<> route(http::Request &request, http::ResponseWriter &writer);
    Task<Result<>> containerLogs(http::Request &request, http::ResponseWriter &writer);
    Task<Result<>> stream(http::Request &request, http::ResponseWriter &writer);
    Task<Result<>> runCommand(http::Request &request, http::ResponseWriter &writer);
    Task<Result<std::string>> streamingUrl(http::Request &request);

    NodeContext &m_node;
    PodManager &m_pods;
    Executor m_executor;
    std::unique_ptr<http::Server> m_server;
    uint16_t m_port = 0;
};

// stats.cpp
Task<Result<std::string>> statsSummary(NodeContext &node, PodManager &pods);
Task<Result<std::string>> resourceMetrics(NodeContext &node, PodManager &pods);
Task<Result<std::string>> cadvisorMetrics(NodeContext &node, PodManager &pods);
std::string kubeletMetrics(NodeContext &node, PodManager &pods);

} // namespace coracle::kubelet
