#pragma once

#include "clusterd/controllers/podautoscaler/autoscaler.h"
#include "clusterd/controllers/podautoscaler/settings.h"

#include <string_view>
#include <vector>

/// From the number of replicas that the metrics ask for to the one that may be set now: pure functions
/// (k8s.io/kubernetes pkg/controller/podautoscaler, horizontal).
namespace coracle::controllers::podautoscaler {

/// What happened to one autoscaler lately. It lives in memory only: after a restart, stabilisation begins with the
/// number of replicas that is found.
struct History {
    struct Entry {
        SteadyTime when;
        int32_t replicas = 0;
    };
    std::vector<Entry> recommendations; ///< what the metrics asked for
    std::vector<Entry> added, removed;  ///< by how much was scaled

    /// Keeps what rules can still ask for.
    void recommend(const AutoscalerSpec &spec, const Settings &settings, int32_t replicas, SteadyTime now);
    void scaled(const AutoscalerSpec &spec, int32_t from, int32_t to, SteadyTime now);
};

/// A reason of a condition and its words.
struct Reason {
    std::string_view reason, message;
};

struct Decision {
    int32_t replicas = 0;
    Reason ableToScale;
    bool limited = false;
    Reason limit;
};
/// First the stabilisation windows, then the limits of minReplicas, maxReplicas and the policies.
Decision decide(const AutoscalerSpec &spec, const Settings &settings, const History &history, int32_t current,
                int32_t desired, SteadyTime now);

/// The most and the fewest replicas that the policies allow now.
int32_t scaleUpLimit(const ScalingRules &rules, const History &history, int32_t current, SteadyTime now);
int32_t scaleDownLimit(const ScalingRules &rules, const History &history, int32_t current, SteadyTime now);

} // namespace coracle::controllers::podautoscaler
