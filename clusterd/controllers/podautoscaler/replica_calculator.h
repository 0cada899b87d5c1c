#pragma once

#include "clusterd/controllers/podautoscaler/metrics_source.h"
#include "clusterd/controllers/podautoscaler/settings.h"
#include "core/api/types/core_v1.h"

#include <set>
#include <string>
#include <vector>

/// From what one metric says to a number of replicas: pure functions (k8s.io/kubernetes pkg/controller/podautoscaler
/// replica_calculator). Every formula is ceil(replicas * measured / wanted), with care for pods that were not measured.
namespace coracle::controllers::podautoscaler {

/// How far measured / wanted may be from 1 without anything being done.
struct Tolerances {
    double down = 0.1, up = 0.1;

    bool cover(double ratio) const { return 1.0 - down <= ratio && ratio <= 1.0 + up; }
};
Tolerances tolerancesOf(const AutoscalerSpec &spec, const Settings &settings);

/// What is scaled, as it is now.
struct Workload {
    int32_t specReplicas = 0, statusReplicas = 0;
    std::vector<corev1::Pod> pods; ///< those that the scale's selector matches
    Tolerances tolerances;
    WallTime now;
};

/// One metric's measurement: pods' for Resource, ContainerResource and Pods, the total for Object and External.
struct Measurement {
    PodMetrics pods;
    int64_t total = 0;
};

/// The sum of an external metric's series; it does not overflow.
int64_t sumOf(const std::vector<int64_t> &series);

struct Proposal {
    int32_t replicas = 0;
    MetricValue current;
    std::string metric; ///< what asks for it, for people
};
Result<Proposal> propose(const MetricSpec &metric, const Measurement &measured, const Workload &workload,
                         const Settings &settings);

/// How pods count.
struct PodGroups {
    int32_t ready = 0;
    std::set<std::string, std::less<>> unready; ///< pending, or their CPU use is that of starting up
    std::set<std::string, std::less<>> missing; ///< run, but were not measured
    std::set<std::string, std::less<>> ignored; ///< on their way out, or ended
};
/// The resource is empty for metrics that are not a resource.
PodGroups groupPods(const std::vector<corev1::Pod> &pods, const PodMetrics &metrics, std::string_view resource,
                    const Settings &settings, WallTime now);

} // namespace coracle::controllers::podautoscaler
