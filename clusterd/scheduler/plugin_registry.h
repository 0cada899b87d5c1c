#pragma once

#include "clusterd/scheduler/framework.h"

#include <boost/json/fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::scheduler {

struct ProfileConfiguration;

/// A plug-in that profiles can name.
struct PluginEntry {
    std::string_view name;
    /// Whether pluginConfig may hold these arguments.
    Result<> (*check)(const boost::json::value &arguments);
    /// Makes it with its pluginConfig arguments (null: its defaults); errors are those of the arguments.
    Result<std::unique_ptr<Plugin>> (*make)(const PluginContext &context, const boost::json::value &arguments);
    int64_t weight = 0; ///< of its score in the default profile; 0: it gives none
};

/// All plug-ins, in the order of the default profile (kube-scheduler's default multiPoint set); each is enabled at
/// every extension point that it implements.
std::span<const PluginEntry> pluginRegistry();

/// Fills a framework with a profile.
Result<> addPlugins(Framework &framework, const ProfileConfiguration &profile, const PluginContext &context);
/// With the default one.
Result<> addDefaultPlugins(Framework &framework, const PluginContext &context);

} // namespace coracle::scheduler
