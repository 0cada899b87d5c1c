#pragma once

#include "clusterd/scheduler/framework.h"
#include "core/base/async_event.h"
#include "core/base/gate.h"

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
    Place place = Place::Active;
    int attempts = 0;
    uint64_t sequence = 0; ///< keeps the order of equals
    SteadyTime queuedAt{}; ///< when it last came or failed
    SteadyTime backoffUntil{};
    ClusterEvents wakes = 0; ///< what may make it fit, by the plug-ins that rejected it
};

/// The pods that wait for a node: those to be tried now, those that back off after an attempt (1 s doubling to 10 s),
/// and those that wait until something in the cluster changes that may help (or five minutes). One executor.
class SchedulingQueue {
public:
    SchedulingQueue(Gate &gate, Clock &clock, const QueueSortPlugin &sort, const Framework &framework);

    /// A new pod, or a new version of one that is here.
    void set(PodInfoPtr pod);
    void remove(std::string_view uid);
    /// Something happened in the cluster: pods that it may help are tried again, after their back-off.
    void wake(ClusterEvents events);

    /// The next pod, which is then in flight; null once the gate closes. Valid until it is removed.
    Task<QueuedPod *> take();
    /// The same without waiting; null when there is none.
    QueuedPod *tryTake();
    /// It fits nowhere.
    void waitFor(QueuedPod &queued, ClusterEvents wakes);
    /// The attempt failed for other reasons: again after the back-off. Nothing when the pod is gone.
    void retry(std::string_view uid);

    size_t count(QueuedPod::Place place) const;
    const QueuedPod *find(std::string_view uid) const;

private:
    using Order = std::function<bool(const QueuedPod *, const QueuedPod *)>;
    using Set = std::set<QueuedPod *, Order>;

    Set *setOf(QueuedPod::Place place);
    void move(QueuedPod &queued, QueuedPod::Place place);
    /// To the active pods, or to those backing off.
    void activate(QueuedPod &queued);
    void flush();
    void schedule();
    Task<> flushAt(SteadyTime at);

    Gate &m_gate;
    Clock &m_clock;
    const Framework &m_framework;
    AsyncEvent m_available;
    std::unordered_map<std::string, std::unique_ptr<QueuedPod>> m_pods;
    Set m_active, m_backingOff, m_unschedulable;
    size_t m_gated = 0, m_inFlight = 0;
    uint64_t m_sequence = 0;
    std::optional<SteadyTime> m_flushAt;
};

} // namespace coracle::scheduler
