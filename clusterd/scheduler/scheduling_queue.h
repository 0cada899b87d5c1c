#pragma once

#include "clusterd/scheduler/framework.h"
#include "core/base/async_event.h"
#include "core/base/gate.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace coracle::scheduler {

/// A pod without a node, and how it fared so far.
struct QueuedPod {
    enum class Place { Active, BackingOff, Unschedulable, Gated, InFlight };

    PodInfoPtr pod;
    const Framework *framework = nullptr; ///< its profile
    Place place = Place::Active;
    int attempts = 0;
    uint64_t sequence = 0; ///< keeps the order of equals
    SteadyTime queuedAt{}; ///< when it last came or failed
    SteadyTime backoffUntil{};
    std::set<std::string_view> plugins; ///< that rejected it: their events may make it fit
    uint64_t since = 0;                 ///< of one in flight: the number of the first change it may not have seen
};

/// How long a pod backs off after a failed attempt: the first time so long, then twice as long up to the maximum.
struct Backoff {
    Duration initial = std::chrono::seconds(1), max = std::chrono::seconds(10);
};

/// The pods that wait for a node: those to be tried now, those that back off after an attempt, and those that wait
/// until something in the cluster changes that may help (or five minutes). What happens while a pod is in flight is
/// kept and looked at when it comes back, so that no change is lost. One executor.
class SchedulingQueue {
public:
    /// The profile of a pod; never null for pods that are put here.
    using FindFramework = std::function<const Framework *(const PodInfo &)>;

    SchedulingQueue(Gate &gate, Clock &clock, const QueueSortPlugin &sort, FindFramework findFramework,
                    Backoff backoff = Backoff());

    /// A new pod, or a new version of one that is here.
    void set(PodInfoPtr pod);
    void remove(std::string_view uid);
    /// Something happened in the cluster: pods that it may help are tried again, after their back-off.
    void wake(const ClusterChange &change);
    /// The pod is tried again whatever happened. Nothing when it isn't waiting.
    void activate(std::string_view uid);

    /// The next pod, which is then in flight; null once the gate closes. Valid until it is removed.
    Task<QueuedPod *> take();
    /// The same without waiting; null when there is none.
    QueuedPod *tryTake();
    /// The pod in flight fits nowhere: these plug-ins say so. Nothing when it is gone.
    void waitFor(std::string_view uid, std::set<std::string_view> plugins);
    /// The attempt failed for other reasons: again after the back-off. Nothing when the pod is gone.
    void retry(std::string_view uid);

    size_t count(QueuedPod::Place place) const;
    const QueuedPod *find(std::string_view uid) const;

private:
    using Order = std::function<bool(const QueuedPod *, const QueuedPod *)>;
    using Set = std::set<QueuedPod *, Order>;
    struct Recorded {
        ClusterChange change;
        std::string uid; ///< of the pod whose own change it is; empty: everybody's
    };

    Set *setOf(QueuedPod::Place place);
    QueuedPod *inFlight(std::string_view uid);
    void move(QueuedPod &queued, QueuedPod::Place place);
    /// To the active pods, those backing off, or the gated ones.
    void activate(QueuedPod &queued);
    void failed(QueuedPod &queued);
    void onOwnChange(QueuedPod &queued, const PodInfoPtr &before);
    void record(const ClusterChange &change, std::string_view uid);
    bool missedSomething(const QueuedPod &queued) const;
    void forgetSeen();
    void flush();
    void schedule();
    Task<> flushAt(SteadyTime at);

    Gate &m_gate;
    Clock &m_clock;
    FindFramework m_findFramework;
    Backoff m_backoff;
    AsyncEvent m_available;
    std::unordered_map<std::string, std::unique_ptr<QueuedPod>> m_pods;
    Set m_active, m_backingOff, m_unschedulable, m_gated;
    std::multiset<uint64_t> m_inFlight; ///< since of each
    std::deque<Recorded> m_changes;     ///< while pods are in flight
    uint64_t m_firstChange = 0;         ///< the number of the first one
    uint64_t m_sequence = 0;
    std::optional<SteadyTime> m_flushAt;
};

/// What of a waiting pod changed, as actions on EventResource::Pod; 0 when nothing that scheduling looks at.
EventActions ownChanges(const PodInfo &before, const PodInfo &after);

} // namespace coracle::scheduler
