#pragma once

#include "clusterd/scheduler/plugin.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {
class Gate;
class Random;
} // namespace coracle

namespace coracle::client {
class Client;
class EventRecorder;
} // namespace coracle::client

namespace coracle::scheduler {

class Extenders;
class Framework;
class Informers;
class Nominations;
class WaitingPods;

/// What plug-ins may keep and use while they live; everything outlives them and belongs to one executor, the gate's.
struct PluginContext {
    client::Client &client;
    Clock &clock;
    Random &random;
    Gate &gate;           ///< for background work
    Informers &informers; ///< of kinds besides pods, nodes and namespaces
    Cache &cache;         ///< changed only for trials, and put back before anything else runs
    Nominations &nominations;
    WaitingPods &waiting; ///< to end a Permit plug-in's delay
    client::EventRecorder &events;
    const Framework &framework; ///< the plug-in's own profile; complete once all its plug-ins are made
    /// Tries a waiting pod again, whatever happened.
    std::function<void(std::string_view uid)> activate;
};

enum class ExtensionPoint : uint8_t {
    PreEnqueue,
    PreFilter,
    Filter,
    PostFilter,
    PreScore,
    Score,
    Reserve,
    Permit,
    PreBind,
    Bind,
    PostBind,
};
inline constexpr size_t kExtensionPoints = 11;

/// The plug-ins of one scheduler name (a profile), by extension point, in the order in which they are called.
class Framework {
public:
    explicit Framework(std::string schedulerName = "default-scheduler") : m_name(std::move(schedulerName)) {}
    Framework(const Framework &) = delete;
    Framework &operator=(const Framework &) = delete;

    const std::string &schedulerName() const { return m_name; }
    /// How many of the nodes are looked at until enough fit; 0: that depends on the size of the cluster.
    int percentageOfNodes() const { return m_percentageOfNodes; }
    void setPercentageOfNodes(int percentage) { m_percentageOfNodes = percentage; }
    /// Asked after the plug-ins; null: none. They outlive the framework.
    const Extenders *extenders() const { return m_extenders; }
    void setExtenders(const Extenders *extenders) { m_extenders = extenders; }
    /// Owns the plug-in without putting it anywhere.
    Plugin &own(std::unique_ptr<Plugin> plugin);
    /// Puts an owned plug-in behind those that are there; false when it does not implement the extension point.
    bool enable(ExtensionPoint point, Plugin &plugin, int64_t scoreWeight = 1);
    /// Owns the plug-in and puts it at each extension point that it implements.
    void add(std::unique_ptr<Plugin> plugin, int64_t scoreWeight = 1);
    /// The names at an extension point, in their order.
    std::vector<std::string_view> enabled(ExtensionPoint point) const;

    Filtered preEnqueue(const PodInfo &pod) const;

    struct Prepared {
        Filtered rejected;
        std::vector<const FilterPlugin *> filters;       ///< those that have something to say
        std::vector<const PreFilterPlugin *> extensions; ///< those that follow trials
        std::optional<std::vector<std::string>> nodes;   ///< only these can fit
        std::set<std::string_view> nodesBy;              ///< the plug-ins that say so
        bool allows(std::string_view node) const {
            return !nodes || std::find(nodes->begin(), nodes->end(), node) != nodes->end();
        }
    };
    Prepared preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const;
    static Filtered filter(const CycleState &state, const std::vector<const FilterPlugin *> &filters,
                           const PodInfo &pod, const NodeInfo &node);
    Task<PostFilterPlugin::Outcome> postFilter(CycleState &state, PodInfoPtr pod, const Diagnosis &diagnosis) const;
    /// The weighted sum for each node.
    std::vector<int64_t> score(CycleState &state, const PodInfo &pod, const Cache &cache,
                               const std::vector<const NodeInfo *> &nodes) const;
    /// What was reserved is given back by the caller when this rejects.
    Filtered reserve(CycleState &state, const PodInfo &pod, const std::string &node) const;
    void unreserve(CycleState &state, const PodInfo &pod, const std::string &node) const;
    /// Delays are noted in the waiting pods.
    Filtered permit(CycleState &state, const PodInfoPtr &pod, const std::string &node, WaitingPods &waiting) const;
    /// The longest of all plug-ins.
    PreBindPlugin::Work preBindWork(const CycleState &state, const PodInfo &pod, const std::string &node) const;
    Task<Filtered> preBind(CycleState &state, PodInfoPtr pod, std::string node) const;
    Task<Result<>> bind(PodInfoPtr pod, std::string node) const;
    void postBind(CycleState &state, const PodInfo &pod, const std::string &node) const;

    /// Whether a pod that these plug-ins rejected should be tried again after the change.
    bool wakes(const std::set<std::string_view> &plugins, const PodInfo &pod, const ClusterChange &change) const;

private:
    struct Scorer {
        const ScorePlugin *plugin;
        int64_t weight;
    };
    static Filtered named(Filtered rejected, const Plugin &plugin);

    std::string m_name;
    int m_percentageOfNodes = 0;
    const Extenders *m_extenders = nullptr;
    std::vector<std::unique_ptr<Plugin>> m_plugins;
    std::map<std::string_view, std::vector<EventInterest>> m_interests;
    std::vector<const PreEnqueuePlugin *> m_preEnqueue;
    std::vector<const PreFilterPlugin *> m_preFilters;
    std::vector<const FilterPlugin *> m_filters;
    std::vector<PostFilterPlugin *> m_postFilters;
    std::vector<const PreScorePlugin *> m_preScorers;
    std::vector<Scorer> m_scorers;
    std::vector<ReservePlugin *> m_reserve;
    std::vector<PermitPlugin *> m_permit;
    std::vector<PreBindPlugin *> m_preBind;
    std::vector<BindPlugin *> m_bind;
    std::vector<PostBindPlugin *> m_postBind;
    std::array<std::vector<std::string_view>, kExtensionPoints> m_names;
};

} // namespace coracle::scheduler
