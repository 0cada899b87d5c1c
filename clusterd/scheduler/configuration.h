#pragma once

#include "clusterd/scheduler/extender_configuration.h"
#include "clusterd/scheduler/framework.h"
#include "clusterd/scheduler/scheduling_queue.h"

#include <array>
#include <boost/json/value.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace coracle::scheduler {

/// A plug-in at an extension point of a profile.
struct EnabledPlugin {
    std::string name;
    int64_t weight = 0; ///< of its score
};

/// One scheduler name: what is called at each extension point, in this order.
struct ProfileConfiguration {
    std::string schedulerName = "default-scheduler";
    std::array<std::vector<EnabledPlugin>, kExtensionPoints> plugins;
    std::map<std::string, boost::json::value, std::less<>> arguments; ///< by plug-in
    int percentageOfNodesToScore = 0;                                 ///< 0: falls with the size of the cluster
};

/// kubescheduler.config.k8s.io/v1 KubeSchedulerConfiguration, with defaults. Limits of client connections have no
/// meaning in one process and are only checked.
struct SchedulerConfiguration {
    std::vector<ProfileConfiguration> profiles;
    std::vector<ExtenderConfiguration> extenders; ///< of all profiles
    Backoff backoff;
    int bindingsMax = 64;    ///< on their way at one time
    size_t parallelism = 16; ///< threads that filter nodes at most
    /// leaderElection as arguments: "leader-elect-lease-duration" -> "15s".
    std::vector<std::pair<std::string, std::string>> leaderElection;

    /// One profile with the default plug-ins.
    SchedulerConfiguration();
    /// Reads a configuration in YAML or JSON; errors say where, in kube-scheduler's words.
    static Result<SchedulerConfiguration> parse(std::string_view yaml);
    static Result<SchedulerConfiguration> load(const std::filesystem::path &file);
};

} // namespace coracle::scheduler
