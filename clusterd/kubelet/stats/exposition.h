#pragma once

#include "clusterd/kubelet/pods/node_context.h"
#include "clusterd/kubelet/pods/pod_manager.h"
#include "clusterd/kubelet/stats/stats.h"

#include <string>

/// The forms in which the kubelet's server tells what was measured.
namespace coracle::kubelet {

/// /stats/summary (k8s.io/kubelet stats/v1alpha1).
std::string statsSummary(const NodeUse &use, const NodeContext &node);
/// /metrics/resource: what metrics-server reads.
std::string resourceMetrics(const NodeUse &use);
/// /metrics/cadvisor: the metrics of containers under cAdvisor's names.
std::string cadvisorMetrics(const NodeUse &use, const NodeContext &node);
/// /metrics: the kubelet itself.
std::string kubeletMetrics(const NodeContext &node, const PodManager &pods);

} // namespace coracle::kubelet
