#pragma once

#include "clusterd/controllers/podautoscaler/autoscaler.h"
#include "core/api/selector.h"
#include "core/base/task.h"

#include <map>
#include <string>
#include <vector>

namespace coracle::controllers::podautoscaler {

/// What was measured at a pod.
struct PodMetric {
    int64_t milliValue = 0;
    WallTime timestamp;
    Duration window{}; ///< the span that the value is the average of
};
using PodMetrics = std::map<std::string, PodMetric, std::less<>>; ///< by the pod's name

/// Where autoscalers get their measurements: what metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io
/// tell, whoever measures. Values are in thousandths. Pods that have no sample yet are left out; no sample at all and a
/// kind of metric that nobody measures are errors. Called on the controllers' executor; outlives the controller.
class MetricsSource {
public:
    virtual ~MetricsSource() = default;

    /// The use of "cpu" or "memory" by each pod: of its containers together, or of the named one.
    virtual Task<Result<PodMetrics>> resource(std::string namespaceName, std::string resource, api::LabelSelector pods,
                                              std::string container) = 0;
    /// A metric that each pod has.
    virtual Task<Result<PodMetrics>> pods(std::string namespaceName, std::string metric, api::LabelSelector pods,
                                          api::LabelSelector metricSelector) = 0;
    /// A metric of one object.
    virtual Task<Result<int64_t>> object(std::string namespaceName, std::string metric, ObjectRef described,
                                         api::LabelSelector metricSelector) = 0;
    /// A metric that belongs to nothing in the cluster, as the values of all its series.
    virtual Task<Result<std::vector<int64_t>>> external(std::string namespaceName, std::string metric,
                                                        api::LabelSelector metricSelector) = 0;
};

} // namespace coracle::controllers::podautoscaler
