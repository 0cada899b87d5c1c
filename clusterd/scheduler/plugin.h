#pragma once

#include "clusterd/scheduler/cache.h"
#include "clusterd/scheduler/cycle_state.h"
#include "clusterd/scheduler/diagnosis.h"
#include "clusterd/scheduler/events.h"
#include "core/base/clock.h"
#include "core/base/task.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The extension points of the scheduling framework (kube-scheduler's): a plug-in has one job and implements those
/// interfaces that it needs for it. For one pod they are called in this order:
///
///   PreEnqueue                               may the pod be tried at all?
///   PreFilter, Filter                        which nodes fit? When none does: PostFilter, and the attempt ends
///   PreScore, Score                          which node is best?
///   Reserve, Permit                          the pod has a node; Unreserve when anything after this fails
///   (wait for Permit), PreBind, Bind, PostBind   in the background, while further pods are scheduled
///
/// A rejected pod waits until one of the events that its rejecting plug-ins named (eventsToRegister) takes place.
/// Everything runs on the scheduler's serial executor; what a call is given is valid during the call (for tasks: until
/// they end) unless it says otherwise. Plug-ins outlive all attempts.
namespace coracle::scheduler {

inline constexpr int64_t kScoreMax = 100;

class Plugin {
public:
    virtual ~Plugin() = default;
    virtual std::string_view name() const = 0;
    /// After which events a pod that this plug-in rejected should be tried again; by default after any.
    virtual std::vector<EventInterest> eventsToRegister() const { return {EventInterest()}; }
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
        Filtered rejected = {};                             ///< no node fits
        bool skip = false;                                  ///< the filter has nothing to say about this pod
        std::optional<std::vector<std::string>> nodes = {}; ///< only these can fit
    };
    virtual Outcome preFilter(CycleState &state, const PodInfo &pod, const Cache &cache) const = 0;
    /// The state follows when another pod is put on a node, or taken from it, for a trial (PreFilterExtensions). The
    /// two undo each other. The cache has the pod already, or not any more. Not called when preFilter said skip.
    virtual void addPod(CycleState &, const PodInfo &, const PlacedPod &) const {}
    virtual void removePod(CycleState &, const PodInfo &, const PlacedPod &) const {}
};

/// Whether a node fits; called for many nodes, so it must be quick.
class FilterPlugin : public virtual Plugin {
public:
    /// True: filter() keeps notes, so it is only called on the scheduler's executor. Others only read, and are called
    /// on several threads for different nodes at once, while nothing changes.
    virtual bool exclusive() const { return false; }
    virtual Filtered filter(const CycleState &state, const PodInfo &pod, const NodeInfo &node) const = 0;
};

/// What can be done for a pod that fits nowhere, for example preemption.
class PostFilterPlugin : public virtual Plugin {
public:
    struct Outcome {
        bool resolved = false;                         ///< later post-filters are not asked
        std::optional<std::string> nominatedNode = {}; ///< where room is made; "" ends a nomination, nothing keeps it
        std::string message = {};                      ///< goes behind the diagnosis
    };
    virtual Task<Outcome> postFilter(CycleState &state, PodInfoPtr pod, const Diagnosis &diagnosis) = 0;
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

/// Told that a pod was given a node, before it is bound; and, in reverse order, when that came to nothing. unreserve()
/// is also called for plug-ins whose reserve() was not reached or failed: it may be called again and must not fail.
class ReservePlugin : public virtual Plugin {
public:
    virtual Filtered reserve(CycleState &state, const PodInfo &pod, const std::string &node) = 0;
    virtual void unreserve(CycleState &state, const PodInfo &pod, const std::string &node) = 0;
};

/// Approves, denies or delays binding. A delayed pod waits until every plug-in that delayed it allows it through
/// WaitingPods, one rejects it, or its time is over.
class PermitPlugin : public virtual Plugin {
public:
    struct Outcome {
        Filtered rejected = {};
        Duration wait = Duration::zero(); ///< longer than zero: wait so long at most
    };
    virtual Outcome permit(CycleState &state, const PodInfo &pod, const std::string &node) = 0;
};

/// Work that must be done before the pod is bound.
class PreBindPlugin : public virtual Plugin {
public:
    enum class Work : uint8_t {
        None,
        Brief, ///< to ask the API something
        Long,  ///< to wait for others: the pod's nominatedNodeName says meanwhile where it will go
    };
    /// What preBind() has to do for this pod.
    virtual Work preBindWork(const CycleState &state, const PodInfo &pod, const std::string &node) const = 0;
    /// Called only when there is work. The state lives until the task ends.
    virtual Task<Filtered> preBind(CycleState &state, PodInfoPtr pod, std::string node) = 0;
};

/// The first one that handles a pod binds it.
class BindPlugin : public virtual Plugin {
public:
    virtual bool handles(const PodInfo &) const { return true; }
    virtual Task<Result<>> bind(PodInfoPtr pod, std::string node) = 0;
};

class PostBindPlugin : public virtual Plugin {
public:
    virtual void postBind(CycleState &state, const PodInfo &pod, const std::string &node) = 0;
};

/// Scales scores so that the largest is kScoreMax; reversed when small is good.
enum class ScoreOrder { LargeIsGood, SmallIsGood };
void scaleScores(std::vector<int64_t> &scores, ScoreOrder order);

} // namespace coracle::scheduler
