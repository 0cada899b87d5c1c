#pragma once

#include "clusterd/scheduler/cache.h"
#include "core/base/clock.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The scheduling framework (kube-scheduler's extension points): a scheduler is a list of plug-ins, each with one job.
namespace coracle::scheduler {

/// What happens in a cluster that may give room to a pod that had none, as bits.
enum ClusterEvent : uint32_t {
    kNodeAdded = 1 << 0,
    kNodeResourcesChanged = 1 << 1,
    kNodeLabelsChanged = 1 << 2,
    kNodeTaintsChanged = 1 << 3,
    kNodeRemoved = 1 << 4,
    kPodPlaced = 1 << 5,
    kPodLabelsChanged = 1 << 6,
    kPodRemoved = 1 << 7,
    kPodResourcesChanged = 1 << 8,
    kNamespaceChanged = 1 << 9,
    kAnyEvent = 0xffffffff,
};
using ClusterEvents = uint32_t;

inline constexpr int64_t kScoreMax = 100;

/// Why a pod can't go to a node (or anywhere).
struct Rejection {
    std::vector<std::string> reasons; ///< as users read them: "Insufficient cpu"
    bool resolvable = true;           ///< removing pods from the node could help
    std::string_view plugin;          ///< set by the framework
};
using Filtered = std::optional<Rejection>; ///< nothing: the pod fits

class Plugin {
public:
    virtual ~Plugin() = default;
    virtual std::string_view name() const = 0;
    /// After which events a pod that this plug-in rejected should be tried again.
    virtual ClusterEvents wakingEvents() const { return kAnyEvent; }
};

/// What a plug-in keeps between the extension points of one attempt.
struct PluginState {
    virtual ~PluginState() = default;
};

/// The plug-ins' notes during one attempt to place one pod.
class CycleState {
public:
    void set(const Plugin &plugin, std::unique_ptr<PluginState> state) { m_states[&plugin] = std::move(state); }
    template<class T>
    const T &get(const Plugin &plugin) const {
        return static_cast<const T &>(*m_states.at(&plugin));
    }

private:
    std::map<const Plugin *, std::unique_ptr<PluginState>> m_states;
};

/// The order in which pods are tried.
class QueueSortPlugin {
public:
    struct Item {
        int32_t priority = 0;
        SteadyTime queuedAt{};
    };
    virtual ~QueueSortPlugin() = default;
    virtual bool before(const Item &a, const Item &b) const = 0;
};

/// Whether a pod may be tried at all.
class PreEnqueuePlugin : public virtual Plugin {
public:
    virtual Filtered preEnqueue(const PodInfo &pod) const = 0;
};

/// Looks at the pod and the whole cluster before nodes are filtered.
class PreFilterPlugin : public virtual Plugin {
public:
    struct Outcome {
        Filtered rejected;                             ///< no node fits
        bool skip = false;                             ///< the plug-in's filter has nothing to say about this pod
        std::optional<std::vector<std::string>> nodes; ///< only these can fit
    };
    virtual Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const = 0;
};

class FilterPlugin : public virtual Plugin {
public:
    virtual Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const = 0;
};

class PreScorePlugin : public virtual Plugin {
public:
    /// False: the plug-in has no preference for this pod, and is not asked.
    virtual bool preScore(CycleState &state, const PodInfo &pod, const Cache &cache,
                          const std::vector<const NodeInfo *> &nodes) const = 0;
};

class ScorePlugin : public virtual Plugin {
public:
    virtual int64_t score(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const = 0;
    /// Brings the scores of all nodes between 0 and kScoreMax.
    virtual void normalize(const CycleState &, const std::vector<const NodeInfo *> &, std::vector<int64_t> &) const {}
};

/// Notified when a pod was given a node, before it is bound; and when that came to nothing.
class ReservePlugin : public virtual Plugin {
public:
    virtual Result<> reserve(const PodInfo &pod, const std::string &node) = 0;
    virtual void unreserve(const PodInfo &pod, const std::string &node) = 0;
};

class BindPlugin : public virtual Plugin {
public:
    virtual Task<Result<>> bind(PodInfoPtr pod, std::string node) = 0;
};

/// Scales scores so that the largest is kScoreMax; reversed when small is good.
enum class ScoreOrder { LargeIsGood, SmallIsGood };
void scaleScores(std::vector<int64_t> &scores, ScoreOrder order);

/// The plug-ins of one scheduler, by extension point.
class Framework {
public:
    /// Puts the plug-in at each extension point that it implements.
    void add(std::unique_ptr<Plugin> plugin, int64_t scoreWeight = 1);

    Filtered preEnqueue(const PodInfo &pod) const;

    struct Prepared {
        Filtered rejected;
        std::vector<const FilterPlugin *> filters; ///< those that have something to say
        std::optional<std::vector<std::string>> nodes;
    };
    Prepared preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const;
    static Filtered filter(const CycleState &state, const std::vector<const FilterPlugin *> &filters,
                           const PodInfo &pod, const NodeInfo &node);
    /// The weighted sum for each node.
    std::vector<int64_t> score(CycleState &state, const PodInfo &pod, const Cache &cache,
                               const std::vector<const NodeInfo *> &nodes) const;
    Result<> reserve(const PodInfo &pod, const std::string &node);
    void unreserve(const PodInfo &pod, const std::string &node);
    BindPlugin &binder() { return *m_binder; }
    ClusterEvents wakingEvents(std::string_view plugin) const;

private:
    struct Scorer {
        const ScorePlugin *plugin;
        const PreScorePlugin *prepare;
        int64_t weight;
    };
    struct Filterer {
        const FilterPlugin *plugin;
        const PreFilterPlugin *prepare;
    };
    std::vector<std::unique_ptr<Plugin>> m_plugins;
    std::vector<const PreEnqueuePlugin *> m_preEnqueue;
    std::vector<Filterer> m_filters;
    std::vector<Scorer> m_scorers;
    std::vector<ReservePlugin *> m_reserve;
    BindPlugin *m_binder = nullptr;
};

} // namespace coracle::scheduler
