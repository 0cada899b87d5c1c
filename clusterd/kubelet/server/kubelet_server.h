#pragma once

#include "clusterd/kubelet/pods/pod_manager.h"
#include "clusterd/kubelet/stats/stats_provider.h"
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
    Task<Result<>> measured(http::ResponseWriter &writer, std::string_view path);
    Task<Result<std::string>> streamingUrl(http::Request &request);

    NodeContext &m_node;
    PodManager &m_pods;
    StatsProvider m_stats;
    Executor m_executor;
    std::unique_ptr<http::Server> m_server;
    uint16_t m_port = 0;
};

} // namespace coracle::kubelet
