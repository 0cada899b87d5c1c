#pragma once

#include "core/base/clock.h"

namespace coracle::controllers::podautoscaler {

/// How the controller works where an autoscaler does not say otherwise (kube-controller-manager's options
/// --horizontal-pod-autoscaler-*, with their defaults).
struct Settings {
    Duration syncPeriod = std::chrono::seconds(15);
    Duration downscaleStabilization = std::chrono::minutes(5);
    double tolerance = 0.1;
    Duration cpuInitializationPeriod = std::chrono::minutes(5);
    Duration initialReadinessDelay = std::chrono::seconds(30);
};

} // namespace coracle::controllers::podautoscaler
