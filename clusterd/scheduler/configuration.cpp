#include "clusterd/scheduler/configuration.h"

#include "clusterd/scheduler/plugin_registry.h"
#include "clusterd/scheduler/strict_object.h"
#include "core/api/codec.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace json = boost::json;

namespace {

constexpr size_t kFileBytesMax = 1u << 20;
constexpr std::string_view kApiVersion = "kubescheduler.config.k8s.io/v1";
constexpr std::string_view kQueueSort = "PrioritySort";

constexpr std::string_view kPointNames[kExtensionPoints] = {"preEnqueue", "preFilter", "filter",  "postFilter",
                                                            "preScore",   "score",     "reserve", "permit",
                                                            "preBind",    "bind",      "postBind"};

/// What a profile says about one extension point.
struct PluginSet {
    std::vector<EnabledPlugin> enabled;
    std::vector<std::string> disabled;
    bool disables(std::string_view name) const {
        return std::any_of(disabled.begin(), disabled.end(),
                           [&](const std::string &other) { return other == "*" || other == name; });
    }
};

const PluginEntry *registered(std::string_view name) {
    const auto registry = pluginRegistry();
    const auto found =
        std::find_if(registry.begin(), registry.end(), [&](const PluginEntry &entry) { return entry.name == name; });
    return found == registry.end() ? nullptr : &*found;
}

auto named(const std::vector<EnabledPlugin> &plugins, std::string_view name) {
    return std::find_if(plugins.begin(), plugins.end(), [&](const EnabledPlugin &other) { return other.name == name; });
}

Result<PluginSet> readSet(const json::value &value, const std::string &path) {
    PluginSet set;
    StrictObject object(value, path);
    auto readPlugin = [&](const json::value &element, const std::string &at) -> Result<> {
        EnabledPlugin plugin;
        StrictObject reader(element, at);
        reader.text("name", plugin.name).integer("weight", plugin.weight, 0, INT32_MAX);
        CHECK(reader.finish());
        if (!registered(plugin.name) && plugin.name != kQueueSort)
            return errors::other(fmt::format("{}: plugin \"{}\" does not exist", at, plugin.name));
        if (named(set.enabled, plugin.name) != set.enabled.end())
            return errors::other(fmt::format("{}: plugin \"{}\" already registered", at, plugin.name));
        set.enabled.push_back(std::move(plugin));
        return {};
    };
    auto readDisabled = [&](const json::value &element, const std::string &at) -> Result<> {
        std::string name;
        int64_t weight = 0;
        StrictObject reader(element, at);
        reader.text("name", name).integer("weight", weight, 0, INT32_MAX);
        CHECK(reader.finish());
        set.disabled.push_back(std::move(name));
        return {};
    };
    object.list("enabled", readPlugin).list("disabled", readDisabled);
    CHECK(object.finish());
    return set;
}

/// The defaults with the profile's changes: a plug-in that is enabled again takes its weight in its place.
std::vector<EnabledPlugin> multiPoint(const PluginSet &changes) {
    std::vector<EnabledPlugin> plugins;
    for (const PluginEntry &entry : pluginRegistry()) {
        if (changes.disables(entry.name))
            continue;
        const auto again = named(changes.enabled, entry.name);
        plugins.push_back({std::string(entry.name),
                           again != changes.enabled.end() && again->weight != 0 ? again->weight : entry.weight});
    }
    for (const EnabledPlugin &plugin : changes.enabled)
        if (named(plugins, plugin.name) == plugins.end() && plugin.name != kQueueSort)
            plugins.push_back(plugin);
    return plugins;
}

/// First those of multiPoint that the extension point names itself, then the rest of multiPoint, then what else the
/// extension point names.
std::vector<EnabledPlugin> atPoint(const std::vector<EnabledPlugin> &multi, const PluginSet &point) {
    std::vector<EnabledPlugin> plugins, others;
    for (const EnabledPlugin &plugin : point.enabled)
        (named(multi, plugin.name) != multi.end() ? plugins : others).push_back(plugin);
    for (const EnabledPlugin &plugin : multi)
        if (!point.disables(plugin.name) && named(point.enabled, plugin.name) == point.enabled.end())
            plugins.push_back(plugin);
    plugins.insert(plugins.end(), others.begin(), others.end());
    for (EnabledPlugin &plugin : plugins)
        if (plugin.weight == 0)
            plugin.weight = std::max<int64_t>(1, registered(plugin.name)->weight);
    return plugins;
}

Result<> readPlugins(const json::value &value, const std::string &path, ProfileConfiguration &profile) {
    StrictObject object(value, path);
    auto read = [&](std::string_view name) -> Result<PluginSet> {
        return readSet(object.raw(name), object.pathOf(name));
    };
    TRY(const PluginSet shared, read("multiPoint"));
    TRY(const PluginSet sort, read("queueSort"));
    for (const EnabledPlugin &plugin : sort.enabled)
        if (plugin.name != kQueueSort)
            return errors::other(fmt::format("{}.queueSort: plugin \"{}\" does not sort queues", path, plugin.name));
    const std::vector<EnabledPlugin> multi = multiPoint(shared);
    for (size_t i = 0; i < kExtensionPoints; ++i) {
        TRY(const PluginSet point, read(kPointNames[i]));
        profile.plugins[i] = atPoint(multi, point);
    }
    return object.finish();
}

Result<> readArguments(const json::value &value, const std::string &path, ProfileConfiguration &profile) {
    std::string name;
    StrictObject object(value, path);
    const json::value arguments = object.text("name", name).raw("args");
    CHECK(object.finish());
    const PluginEntry *entry = registered(name);
    if (!entry)
        return errors::other(fmt::format("{}: plugin \"{}\" does not exist", path, name));
    if (auto checked = entry->check(arguments); !checked)
        return Failure(withContext(fmt::format("{}.args of plugin \"{}\"", path, name), checked.error()));
    if (!profile.arguments.emplace(name, arguments).second)
        return errors::other(fmt::format("{}: Duplicate value: \"{}\"", path, name));
    return {};
}

Result<> readProfile(const json::value &value, const std::string &path, int64_t percentage,
                     std::vector<ProfileConfiguration> &profiles) {
    ProfileConfiguration profile;
    StrictObject object(value, path);
    object.text("schedulerName", profile.schedulerName).integer("percentageOfNodesToScore", percentage, 0, 100);
    profile.percentageOfNodesToScore = static_cast<int>(percentage);
    CHECK(readPlugins(object.raw("plugins"), object.pathOf("plugins"), profile));
    object.list("pluginConfig",
                [&](const json::value &element, const std::string &at) { return readArguments(element, at, profile); });
    CHECK(object.finish());
    if (profile.schedulerName.empty())
        return errors::other(fmt::format("{}.schedulerName: Required value", path));
    for (const ProfileConfiguration &other : profiles)
        if (other.schedulerName == profile.schedulerName)
            return errors::other(fmt::format("{}.schedulerName: Duplicate value: \"{}\"", path, profile.schedulerName));
    if (profile.plugins[static_cast<size_t>(ExtensionPoint::Bind)].empty())
        return errors::other(fmt::format("{}: at least one bind plugin is needed", path));
    profiles.push_back(std::move(profile));
    return {};
}

Result<> readLeaderElection(const json::value &value, const std::string &path, SchedulerConfiguration &configuration) {
    static constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
        {"leaseDuration", "leader-elect-lease-duration"}, {"renewDeadline", "leader-elect-renew-deadline"},
        {"retryPeriod", "leader-elect-retry-period"},     {"resourceLock", "leader-elect-resource-lock"},
        {"resourceName", "leader-elect-resource-name"},   {"resourceNamespace", "leader-elect-resource-namespace"}};
    StrictObject object(value, path);
    for (const auto &[member, argument] : kTexts) {
        std::string text;
        object.text(member, text);
        if (!text.empty())
            configuration.leaderElection.emplace_back(argument, text);
    }
    bool elect = true;
    object.boolean("leaderElect", elect);
    configuration.leaderElection.emplace_back("leader-elect", elect ? "true" : "false");
    return object.finish();
}

/// Members for a process of its own: connections, profiling. They are checked and passed over.
void passOver(StrictObject &object) {
    bool flag = false;
    object.boolean("enableProfiling", flag)
        .boolean("enableContentionProfiling", flag)
        .boolean("delayCacheUntilActive", flag)
        .object("clientConnection", [](const json::value &value, const std::string &path) {
            std::string text;
            int64_t count = 0;
            StrictObject connection(value, path);
            connection.text("kubeconfig", text)
                .text("acceptContentTypes", text)
                .text("contentType", text)
                .integer("burst", count, 0, INT32_MAX);
            connection.raw("qps");
            return connection.finish();
        });
}

/// What extenders manage and the scheduler is to ignore takes the place of the resources that a profile ignores.
void leaveToExtenders(SchedulerConfiguration &configuration) {
    json::array ignored;
    for (const ExtenderConfiguration &extender : configuration.extenders)
        for (const auto &resource : extender.managedResources)
            if (resource.ignoredByScheduler)
                ignored.emplace_back(resource.name);
    if (ignored.empty())
        return;
    for (ProfileConfiguration &profile : configuration.profiles) {
        json::value &arguments = profile.arguments["NodeResourcesFit"];
        if (!arguments.is_object())
            arguments = json::object();
        arguments.get_object()["ignoredResources"] = ignored;
    }
}

} // namespace

SchedulerConfiguration::SchedulerConfiguration() {
    ProfileConfiguration profile;
    for (auto &plugins : profile.plugins)
        plugins = atPoint(multiPoint({}), {});
    profiles.push_back(std::move(profile));
}

Result<SchedulerConfiguration> SchedulerConfiguration::parse(std::string_view yaml) {
    TRY(const std::string text, api::yamlToJson(yaml));
    boost::json::error_code failed;
    const json::value value = json::parse(text, failed);
    SchedulerConfiguration configuration;
    StrictObject object(value, "");
    if (!object.has("kind") || !object.has("apiVersion"))
        return errors::other(fmt::format("Object 'Kind' or 'apiVersion' is missing: KubeSchedulerConfiguration of {} "
                                         "is expected",
                                         kApiVersion));
    int64_t initial = 1, longest = 10, percentage = 0, parallelism = 16;
    object.typeMeta(kApiVersion, "KubeSchedulerConfiguration")
        .integer("parallelism", parallelism, 1, INT32_MAX)
        .integer("percentageOfNodesToScore", percentage, 0, 100)
        .integer("podInitialBackoffSeconds", initial, 1, INT32_MAX)
        .integer("podMaxBackoffSeconds", longest, 1, INT32_MAX);
    if (longest < initial)
        object.fail("podMaxBackoffSeconds", "must be greater than or equal to PodInitialBackoffSeconds");
    passOver(object);
    object.object("leaderElection", [&](const json::value &element, const std::string &at) {
        return readLeaderElection(element, at, configuration);
    });
    std::vector<ProfileConfiguration> profiles;
    object.list("profiles", [&](const json::value &element, const std::string &at) {
        return readProfile(element, at, percentage, profiles);
    });
    TRY(configuration.extenders, readExtenders(object));
    CHECK(object.finish());
    configuration.parallelism = static_cast<size_t>(parallelism);
    configuration.backoff = {std::chrono::seconds(initial), std::chrono::seconds(longest)};
    configuration.profiles[0].percentageOfNodesToScore = static_cast<int>(percentage);
    if (!profiles.empty())
        configuration.profiles = std::move(profiles);
    leaveToExtenders(configuration);
    return configuration;
}

Result<SchedulerConfiguration> SchedulerConfiguration::load(const std::filesystem::path &file) {
    TRY(const std::string text, readFile(file, kFileBytesMax));
    auto parsed = parse(text);
    if (!parsed)
        return Failure(withContext(file.string(), parsed.error()));
    return parsed;
}

} // namespace coracle::scheduler
