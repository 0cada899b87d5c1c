#pragma once

#include "clusterd/apiserver/registry/object_source.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/metrics/metrics_store.h"

namespace coracle::metrics {

/// nodes of metrics.k8s.io/v1beta1: a NodeMetrics for each Node that was measured twice, with the Node's labels.
class NodeMetricsSource final : public apiserver::ObjectSource {
public:
    NodeMetricsSource(const apiserver::Reader &reader, const MetricsStore &store, const Clock &clock)
        : m_reader(reader), m_store(store), m_clock(clock) {}
    Task<Result<std::vector<api::ObjectPtr>>> list(std::string namespaceName) override;
    Task<Result<api::ObjectPtr>> get(std::string namespaceName, std::string name) override;

private:
    Result<api::ObjectPtr> measured(const api::Object &node) const; ///< null without measurements
    const apiserver::Reader &m_reader;
    const MetricsStore &m_store;
    const Clock &m_clock;
};

/// pods of metrics.k8s.io/v1beta1: a PodMetrics for each Pod whose containers were all measured twice, with the Pod's
/// labels.
class PodMetricsSource final : public apiserver::ObjectSource {
public:
    PodMetricsSource(const apiserver::Reader &reader, const MetricsStore &store, const Clock &clock)
        : m_reader(reader), m_store(store), m_clock(clock) {}
    Task<Result<std::vector<api::ObjectPtr>>> list(std::string namespaceName) override;
    Task<Result<api::ObjectPtr>> get(std::string namespaceName, std::string name) override;

private:
    Result<api::ObjectPtr> measured(const api::Object &pod) const;
    const apiserver::Reader &m_reader;
    const MetricsStore &m_store;
    const Clock &m_clock;
};

/// The canonical text of a use of CPU ("2500u") and of memory ("1234Ki").
std::string cpuText(uint64_t nanocores);
std::string memoryText(uint64_t bytes);

} // namespace coracle::metrics
