#pragma once

#include "core/base/result.h"
#include "core/config/values.h"

#include <chrono>
#include <span>
#include <string>

namespace coracle::config {

/// The leader-elect arguments that kube-controller-manager and kube-scheduler share (k8s.io/component-base), with their
/// defaults.
struct LeaderElectionArguments {
    bool leaderElect = true;
    std::chrono::seconds leaseDuration{15};
    std::chrono::nanoseconds renewDeadline = std::chrono::seconds(10);
    std::chrono::nanoseconds retryPeriod = std::chrono::seconds(2);
    std::string resourceName; ///< of the Lease; empty: the component's name
    std::string resourceNamespace = "kube-system";

    /// Other arguments are passed over: they belong to the component. Times must be in their order (lease > deadline >
    /// 1.2 retry periods, for the retry's jitter), in the component's words.
    static Result<LeaderElectionArguments> from(std::span<const ComponentArgument> arguments);
};

} // namespace coracle::config
