#pragma once

#include "core/base/result.h"
#include "core/config/values.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace coracle::config {

/// What --kube-scheduler-arg says: the arguments of kube-scheduler that have a meaning here. Those of leader election
/// are LeaderElectionArguments.
struct SchedulerArguments {
    std::filesystem::path configFile; ///< a KubeSchedulerConfiguration; empty: none

    std::vector<std::string> withoutEffect; ///< names that are not followed in this version

    static SchedulerArguments from(std::span<const ComponentArgument> arguments);
};

} // namespace coracle::config
