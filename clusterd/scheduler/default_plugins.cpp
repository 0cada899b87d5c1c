#include "clusterd/scheduler/configuration.h"
#include "clusterd/scheduler/plugin_registry.h"
#include "clusterd/scheduler/plugins/default_binder.h"
#include "clusterd/scheduler/plugins/default_preemption.h"
#include "clusterd/scheduler/plugins/dynamic_resources.h"
#include "clusterd/scheduler/plugins/image_locality.h"
#include "clusterd/scheduler/plugins/inter_pod_affinity.h"
#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/node_name.h"
#include "clusterd/scheduler/plugins/node_ports.h"
#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"
#include "clusterd/scheduler/plugins/node_resources_fit.h"
#include "clusterd/scheduler/plugins/node_unschedulable.h"
#include "clusterd/scheduler/plugins/node_volume_limits.h"
#include "clusterd/scheduler/plugins/pod_topology_spread.h"
#include "clusterd/scheduler/plugins/scheduling_gates.h"
#include "clusterd/scheduler/plugins/taint_toleration.h"
#include "clusterd/scheduler/plugins/volume_binding.h"
#include "clusterd/scheduler/plugins/volume_restrictions.h"
#include "clusterd/scheduler/plugins/volume_zone.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <map>

namespace coracle::scheduler {

namespace {

/// A plug-in with arguments has a type Arguments that parses them, or create(context, arguments). It is made with the
/// context and them, or as much of both as it takes.
template<class T>
Result<std::unique_ptr<Plugin>> make(const PluginContext &context, const boost::json::value &arguments) {
    if constexpr (requires { typename T::Arguments; }) {
        TRY(auto parsed, T::Arguments::parse(arguments));
        if constexpr (std::constructible_from<T, const PluginContext &, typename T::Arguments>)
            return std::make_unique<T>(context, std::move(parsed));
        else
            return std::make_unique<T>(std::move(parsed));
    } else if constexpr (requires { T::create(context, arguments); }) {
        return T::create(context, arguments);
    } else if constexpr (std::constructible_from<T, const PluginContext &>) {
        return std::make_unique<T>(context);
    } else {
        return std::make_unique<T>();
    }
}

template<class T>
Result<> check(const boost::json::value &arguments) {
    if constexpr (requires { typename T::Arguments; }) {
        CHECK(T::Arguments::parse(arguments));
        return {};
    } else {
        constexpr bool kTakesSome = requires(const PluginContext &context) { T::create(context, arguments); };
        if (!kTakesSome && !arguments.is_null())
            return errors::other("the plug-in takes no arguments");
        return {};
    }
}

template<class T>
constexpr PluginEntry entry(std::string_view name, int64_t weight = 0) {
    return {name, check<T>, make<T>, weight};
}

} // namespace

std::span<const PluginEntry> pluginRegistry() {
    static constexpr PluginEntry kEntries[] = {
        entry<SchedulingGates>("SchedulingGates"),
        entry<NodeUnschedulable>("NodeUnschedulable"),
        entry<NodeName>("NodeName"),
        entry<TaintToleration>("TaintToleration", 3),
        entry<NodeAffinity>("NodeAffinity", 2),
        entry<NodePorts>("NodePorts"),
        entry<NodeResourcesFit>("NodeResourcesFit", 1),
        entry<VolumeRestrictions>("VolumeRestrictions"),
        entry<NodeVolumeLimits>("NodeVolumeLimits"),
        entry<VolumeBinding>("VolumeBinding"),
        entry<VolumeZone>("VolumeZone"),
        entry<PodTopologySpread>("PodTopologySpread", 2),
        entry<InterPodAffinity>("InterPodAffinity", 2),
        entry<DynamicResources>("DynamicResources", 2),
        entry<DefaultPreemption>("DefaultPreemption"),
        entry<NodeResourcesBalancedAllocation>("NodeResourcesBalancedAllocation", 1),
        entry<ImageLocality>("ImageLocality", 1),
        entry<DefaultBinder>("DefaultBinder"),
    };
    return kEntries;
}

Result<> addPlugins(Framework &framework, const ProfileConfiguration &profile, const PluginContext &context) {
    std::map<std::string_view, Plugin *> made;
    // In the registry's order, so that what plug-ins share is made alike in all profiles.
    for (const PluginEntry &entry : pluginRegistry()) {
        const bool wanted = std::any_of(profile.plugins.begin(), profile.plugins.end(), [&](const auto &plugins) {
            return std::any_of(plugins.begin(), plugins.end(),
                               [&](const EnabledPlugin &plugin) { return plugin.name == entry.name; });
        });
        if (!wanted)
            continue;
        const auto given = profile.arguments.find(entry.name);
        TRY(auto plugin, entry.make(context, given == profile.arguments.end() ? boost::json::value() : given->second));
        made[entry.name] = &framework.own(std::move(plugin));
    }
    for (size_t point = 0; point < kExtensionPoints; ++point)
        for (const EnabledPlugin &plugin : profile.plugins[point])
            framework.enable(static_cast<ExtensionPoint>(point), *made.at(plugin.name), plugin.weight);
    return {};
}

Result<> addDefaultPlugins(Framework &framework, const PluginContext &context) {
    return addPlugins(framework, SchedulerConfiguration().profiles.at(0), context);
}

} // namespace coracle::scheduler
