#pragma once

#include "clusterd/apiserver/handlers/node_connector.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/metrics/metrics_store.h"
#include "core/base/clock.h"
#include "core/base/task.h"
#include "core/client/client.h"

#include <functional>
#include <memory>

namespace coracle::apiserver {
class Registry;
class ResourceTable;
} // namespace coracle::apiserver

namespace coracle::metrics {

/// What a MetricsServer stands on. Everything referred to outlives it.
struct MetricsServerParts {
    const apiserver::Reader &reader; ///< Nodes and Pods
    apiserver::NodeConnector &kubelets;
    Clock &clock;
    Executor executor; ///< the scrapes run here; serial
    Duration resolution = std::chrono::seconds(15);
    /// Called on the executor after each round of scrapes, for those who keep a history; may be null.
    std::function<void(const MetricsStore &)> measured = {};
};

/// metrics.k8s.io out of the kubelets' own measurements, as metrics-server has it: each node's /metrics/resource is
/// read once per resolution, over HTTPS and with the API server's certificate; nodes that do not answer keep what was
/// told last.
class MetricsServer {
public:
    explicit MetricsServer(MetricsServerParts parts);
    ~MetricsServer(); ///< stop() must have ended

    /// Makes the API server serve the group. Before its first request.
    void serve(apiserver::Registry &registry, apiserver::ResourceTable &resources);

    /// On the executor.
    void start();
    Task<> stop();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Makes the ClusterRole system:aggregated-metrics-reader, by which those who may view a namespace see its pods' use.
Task<Result<>> ensureReaderRole(client::Client &client);

} // namespace coracle::metrics
