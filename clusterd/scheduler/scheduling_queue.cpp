#include "clusterd/scheduler/scheduling_queue.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

constexpr std::chrono::minutes kUnschedulableLongest(5);
/// Of changes that are kept for pods in flight; a pod that needs older ones is tried again unasked.
constexpr size_t kChangesMax = 4096;

} // namespace

EventActions ownChanges(const PodInfo &before, const PodInfo &after) {
    if (!before.demands || !after.demands)
        return 0;
    const PodDemands &was = *before.demands, &is = *after.demands;
    EventActions actions = 0;
    if (before.object->labels() != after.object->labels())
        actions |= kUpdatePodLabel;
    if (was.tolerations != is.tolerations)
        actions |= kUpdatePodToleration;
    if (!was.gates.empty() && is.gates.empty())
        actions |= kUpdatePodGatesEliminated;
    if (was.resourceClaims != is.resourceClaims)
        actions |= kUpdatePodResourceClaims;
    if (before.requests != after.requests && after.requests.within(before.requests))
        actions |= kUpdatePodScaleDown;
    if (actions == 0 && was.fingerprint != is.fingerprint)
        actions |= kUpdateOther;
    return actions;
}

SchedulingQueue::SchedulingQueue(Gate &gate, Clock &clock, const QueueSortPlugin &sort, FindFramework findFramework,
                                 Backoff backoff)
    : m_gate(gate),
      m_clock(clock),
      m_findFramework(std::move(findFramework)),
      m_backoff(backoff),
      m_available(gate.executor()),
      m_active([&sort](const QueuedPod *a, const QueuedPod *b) {
          const QueueSortPlugin::Item left{a->pod->priority, a->queuedAt}, right{b->pod->priority, b->queuedAt};
          if (sort.before(left, right))
              return true;
          return !sort.before(right, left) && a->sequence < b->sequence;
      }),
      m_backingOff([](const QueuedPod *a, const QueuedPod *b) {
          return std::pair(a->backoffUntil, a->sequence) < std::pair(b->backoffUntil, b->sequence);
      }),
      m_unschedulable([](const QueuedPod *a, const QueuedPod *b) {
          return std::pair(a->queuedAt, a->sequence) < std::pair(b->queuedAt, b->sequence);
      }),
      m_gated([](const QueuedPod *a, const QueuedPod *b) { return a->sequence < b->sequence; }) {}

SchedulingQueue::Set *SchedulingQueue::setOf(QueuedPod::Place place) {
    switch (place) {
    case QueuedPod::Place::Active:
        return &m_active;
    case QueuedPod::Place::BackingOff:
        return &m_backingOff;
    case QueuedPod::Place::Unschedulable:
        return &m_unschedulable;
    case QueuedPod::Place::Gated:
        return &m_gated;
    case QueuedPod::Place::InFlight:
        break;
    }
    return nullptr;
}

void SchedulingQueue::move(QueuedPod &queued, QueuedPod::Place place) {
    if (Set *from = setOf(queued.place))
        from->erase(&queued);
    else if (const auto known = m_inFlight.find(queued.since); known != m_inFlight.end())
        m_inFlight.erase(known);
    queued.place = place;
    if (Set *to = setOf(place)) {
        to->insert(&queued);
    } else {
        queued.since = m_firstChange + m_changes.size();
        m_inFlight.insert(queued.since);
    }
    forgetSeen();
    if (place == QueuedPod::Place::Active)
        m_available.notifyAll();
}

void SchedulingQueue::forgetSeen() {
    const uint64_t needed = m_inFlight.empty() ? m_firstChange + m_changes.size() : *m_inFlight.begin();
    while (!m_changes.empty() && (m_firstChange < needed || m_changes.size() > kChangesMax)) {
        m_changes.pop_front();
        ++m_firstChange;
    }
}

void SchedulingQueue::activate(QueuedPod &queued) {
    if (auto gated = queued.framework->preEnqueue(*queued.pod)) {
        queued.plugins = {gated->plugin};
        return move(queued, QueuedPod::Place::Gated);
    }
    const bool wait = queued.backoffUntil > m_clock.steadyNow();
    move(queued, wait ? QueuedPod::Place::BackingOff : QueuedPod::Place::Active);
    schedule();
}

void SchedulingQueue::activate(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    if (found == m_pods.end())
        return;
    QueuedPod &queued = *found->second;
    if (queued.place == QueuedPod::Place::Unschedulable || queued.place == QueuedPod::Place::Gated)
        activate(queued);
}

void SchedulingQueue::set(PodInfoPtr pod) {
    auto &entry = m_pods[std::string(pod->uid())];
    if (!entry) {
        entry = std::make_unique<QueuedPod>();
        entry->sequence = ++m_sequence;
        entry->queuedAt = m_clock.steadyNow();
        entry->framework = m_findFramework(*pod);
        entry->pod = std::move(pod);
        entry->place = QueuedPod::Place::InFlight;
        entry->since = m_firstChange + m_changes.size();
        m_inFlight.insert(entry->since);
        return activate(*entry);
    }
    QueuedPod &queued = *entry;
    // The order depends on the pod.
    if (Set *set = setOf(queued.place))
        set->erase(&queued);
    const PodInfoPtr before = std::exchange(queued.pod, std::move(pod));
    if (Set *set = setOf(queued.place))
        set->insert(&queued);
    onOwnChange(queued, before);
}

void SchedulingQueue::onOwnChange(QueuedPod &queued, const PodInfoPtr &before) {
    ClusterChange change;
    change.event = {EventResource::Pod, ownChanges(*before, *queued.pod)};
    change.before = before->object;
    change.after = queued.pod->object;
    change.podBefore = before;
    change.podAfter = queued.pod;
    if (change.event.actions == 0)
        return;
    if (queued.place == QueuedPod::Place::InFlight)
        return record(change, queued.pod->uid());
    const bool waits = queued.place == QueuedPod::Place::Unschedulable || queued.place == QueuedPod::Place::Gated;
    if (waits && queued.framework->wakes(queued.plugins, *queued.pod, change))
        activate(queued);
}

void SchedulingQueue::remove(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    if (found == m_pods.end())
        return;
    QueuedPod &queued = *found->second;
    if (Set *set = setOf(queued.place))
        set->erase(&queued);
    else
        m_inFlight.erase(m_inFlight.find(queued.since));
    m_pods.erase(found);
    forgetSeen();
}

void SchedulingQueue::record(const ClusterChange &change, std::string_view uid) {
    if (m_inFlight.empty())
        return;
    m_changes.push_back({change, std::string(uid)});
    forgetSeen();
}

void SchedulingQueue::wake(const ClusterChange &change) {
    record(change, {});
    std::vector<QueuedPod *> helped;
    for (const Set *waiting : {&m_unschedulable, &m_gated})
        for (QueuedPod *queued : *waiting)
            if (queued->framework->wakes(queued->plugins, *queued->pod, change))
                helped.push_back(queued);
    for (QueuedPod *queued : helped)
        activate(*queued);
}

bool SchedulingQueue::missedSomething(const QueuedPod &queued) const {
    if (queued.since < m_firstChange)
        return true;
    for (size_t i = queued.since - m_firstChange; i < m_changes.size(); ++i) {
        const Recorded &recorded = m_changes[i];
        if ((recorded.uid.empty() || recorded.uid == queued.pod->uid()) &&
            queued.framework->wakes(queued.plugins, *queued.pod, recorded.change))
            return true;
    }
    return false;
}

QueuedPod *SchedulingQueue::tryTake() {
    if (m_active.empty())
        return nullptr;
    QueuedPod *queued = *m_active.begin();
    move(*queued, QueuedPod::Place::InFlight);
    ++queued->attempts;
    return queued;
}

Task<QueuedPod *> SchedulingQueue::take() {
    while (!m_gate.closed()) {
        if (QueuedPod *queued = tryTake())
            co_return queued;
        co_await m_available.wait();
    }
    co_return nullptr;
}

QueuedPod *SchedulingQueue::inFlight(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    const bool here = found != m_pods.end() && found->second->place == QueuedPod::Place::InFlight;
    return here ? found->second.get() : nullptr;
}

void SchedulingQueue::failed(QueuedPod &queued) {
    queued.queuedAt = m_clock.steadyNow();
    Duration wait = m_backoff.initial;
    for (int i = 1; i < queued.attempts && wait < m_backoff.max; ++i)
        wait *= 2;
    queued.backoffUntil = queued.queuedAt + std::min(wait, m_backoff.max);
}

void SchedulingQueue::waitFor(std::string_view uid, std::set<std::string_view> plugins) {
    QueuedPod *queued = inFlight(uid);
    if (!queued)
        return;
    failed(*queued);
    queued->plugins = std::move(plugins);
    if (missedSomething(*queued))
        return activate(*queued);
    move(*queued, QueuedPod::Place::Unschedulable);
    schedule();
}

void SchedulingQueue::retry(std::string_view uid) {
    QueuedPod *queued = inFlight(uid);
    if (!queued)
        return;
    failed(*queued);
    activate(*queued);
}

void SchedulingQueue::flush() {
    const SteadyTime now = m_clock.steadyNow();
    while (!m_backingOff.empty() && (*m_backingOff.begin())->backoffUntil <= now)
        activate(**m_backingOff.begin());
    while (!m_unschedulable.empty() && (*m_unschedulable.begin())->queuedAt + kUnschedulableLongest <= now)
        activate(**m_unschedulable.begin());
    schedule();
}

void SchedulingQueue::schedule() {
    std::optional<SteadyTime> next;
    if (!m_backingOff.empty())
        next = (*m_backingOff.begin())->backoffUntil;
    if (!m_unschedulable.empty()) {
        const SteadyTime at = (*m_unschedulable.begin())->queuedAt + kUnschedulableLongest;
        next = next ? std::min(*next, at) : at;
    }
    if (!next || (m_flushAt && *m_flushAt <= *next))
        return;
    m_flushAt = next;
    m_gate.spawn([this, at = *next] { return flushAt(at); });
}

Task<> SchedulingQueue::flushAt(SteadyTime at) {
    const auto slept = co_await m_clock.sleep(std::max(Duration::zero(), at - m_clock.steadyNow()));
    if (!slept)
        co_return;
    if (m_flushAt == at)
        m_flushAt.reset();
    flush();
}

size_t SchedulingQueue::count(QueuedPod::Place place) const {
    switch (place) {
    case QueuedPod::Place::Active:
        return m_active.size();
    case QueuedPod::Place::BackingOff:
        return m_backingOff.size();
    case QueuedPod::Place::Unschedulable:
        return m_unschedulable.size();
    case QueuedPod::Place::Gated:
        return m_gated.size();
    case QueuedPod::Place::InFlight:
        break;
    }
    return m_inFlight.size();
}

const QueuedPod *SchedulingQueue::find(std::string_view uid) const {
    const auto found = m_pods.find(std::string(uid));
    return found == m_pods.end() ? nullptr : found->second.get();
}

} // namespace coracle::scheduler
