#pragma once

#include "core/base/result.h"
#include "core/config/values.h"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace coracle::config {

/// What --kube-controller-manager-arg says: the arguments of kube-controller-manager that have a meaning here, with its
/// defaults. Those of leader election are LeaderElectionArguments.
struct ControllerManagerArguments {
    using Time = std::chrono::nanoseconds;

    bool allocateNodeCidrs = true;
    int nodeCidrMaskSizeV4 = 24, nodeCidrMaskSizeV6 = 64;

    Time autoscalerSyncPeriod = std::chrono::seconds(15);
    Time autoscalerDownscaleStabilization = std::chrono::minutes(5);
    double autoscalerTolerance = 0.1;
    Time autoscalerCpuInitializationPeriod = std::chrono::minutes(5);
    Time autoscalerInitialReadinessDelay = std::chrono::seconds(30);

    Time nodeMonitorPeriod = std::chrono::seconds(5);
    Time nodeMonitorGracePeriod = std::chrono::seconds(50);
    Time nodeStartupGracePeriod = std::chrono::seconds(60);
    double nodeEvictionRate = 0.1, secondaryNodeEvictionRate = 0.01; ///< nodes per second
    double unhealthyZoneThreshold = 0.55;
    int largeClusterSizeThreshold = 50;

    std::vector<std::string> withoutEffect; ///< names that are not followed in this version

    /// An error for a value that kube-controller-manager would not take, in its words.
    static Result<ControllerManagerArguments> from(std::span<const ComponentArgument> arguments);
};

} // namespace coracle::config
