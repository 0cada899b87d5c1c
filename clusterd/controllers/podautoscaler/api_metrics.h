#pragma once

#include "clusterd/controllers/podautoscaler/metrics_source.h"
#include "core/client/client.h"

namespace coracle::controllers::podautoscaler {

/// Measurements as the API serves them: pods' use of resources from metrics.k8s.io; an external metric from the
/// resource of its name in external.metrics.k8s.io, where somebody serves one. Metrics of custom.metrics.k8s.io need an
/// aggregated API: without one they are told to be absent, in the words of k8s.io/metrics' clients.
class ApiMetrics final : public MetricsSource {
public:
    /// The client outlives this.
    explicit ApiMetrics(client::Client &client) : m_client(client) {}

    Task<Result<PodMetrics>> resource(std::string namespaceName, std::string resource, api::LabelSelector pods,
                                      std::string container) override;
    Task<Result<PodMetrics>> pods(std::string namespaceName, std::string metric, api::LabelSelector pods,
                                  api::LabelSelector metricSelector) override;
    Task<Result<int64_t>> object(std::string namespaceName, std::string metric, ObjectRef described,
                                 api::LabelSelector metricSelector) override;
    Task<Result<std::vector<int64_t>>> external(std::string namespaceName, std::string metric,
                                                api::LabelSelector metricSelector) override;

private:
    client::Client &m_client;
};

/// What one PodMetrics says of a resource; nothing when a container, or the named one, was not measured.
Result<std::optional<PodMetric>> readPodMetric(const api::Object &metrics, std::string_view resource,
                                               std::string_view container);

} // namespace coracle::controllers::podautoscaler
