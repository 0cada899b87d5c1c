#include "clusterd/scheduler/scheduling_queue.h"

#include <algorithm>

namespace coracle::scheduler {

namespace {

constexpr std::chrono::seconds kBackoffFirst(1), kBackoffLongest(10);
constexpr std::chrono::minutes kUnschedulableLongest(5);

Duration backoff(int attempts) {
    Duration duration = kBackoffFirst;
    for (int i = 1; i < attempts && duration < kBackoffLongest; ++i)
        duration *= 2;
    return std::min<Duration>(duration, kBackoffLongest);
}

} // namespace

SchedulingQueue::SchedulingQueue(Gate &gate, Clock &clock, const QueueSortPlugin &sort, const Framework &framework)
    : m_gate(gate),
      m_clock(clock),
      m_framework(framework),
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
      }) {}

SchedulingQueue::Set *SchedulingQueue::setOf(QueuedPod::Place place) {
    switch (place) {
    case QueuedPod::Place::Active:
        return &m_active;
    case QueuedPod::Place::BackingOff:
        return &m_backingOff;
    case QueuedPod::Place::Unschedulable:
        return &m_unschedulable;
    case QueuedPod::Place::Gated:
    case QueuedPod::Place::InFlight:
        break;
    }
    return nullptr;
}

void SchedulingQueue::move(QueuedPod &queued, QueuedPod::Place place) {
    if (Set *from = setOf(queued.place))
        from->erase(&queued);
    m_gated += (place == QueuedPod::Place::Gated) - (queued.place == QueuedPod::Place::Gated);
    m_inFlight += (place == QueuedPod::Place::InFlight) - (queued.place == QueuedPod::Place::InFlight);
    queued.place = place;
    if (Set *to = setOf(place))
        to->insert(&queued);
    if (place == QueuedPod::Place::Active)
        m_available.notifyAll();
}

void SchedulingQueue::activate(QueuedPod &queued) {
    if (m_framework.preEnqueue(*queued.pod))
        return move(queued, QueuedPod::Place::Gated);
    const bool wait = queued.backoffUntil > m_clock.steadyNow();
    move(queued, wait ? QueuedPod::Place::BackingOff : QueuedPod::Place::Active);
    schedule();
}

void SchedulingQueue::set(PodInfoPtr pod) {
    auto &entry = m_pods[std::string(pod->uid())];
    if (!entry) {
        entry = std::make_unique<QueuedPod>();
        entry->sequence = ++m_sequence;
        entry->queuedAt = m_clock.steadyNow();
        entry->pod = std::move(pod);
        entry->place = QueuedPod::Place::InFlight;
        ++m_inFlight;
        return activate(*entry);
    }
    QueuedPod &queued = *entry;
    const bool changed = queued.pod->demands->fingerprint != pod->demands->fingerprint;
    // The order depends on the pod.
    if (Set *set = setOf(queued.place))
        set->erase(&queued);
    queued.pod = std::move(pod);
    if (Set *set = setOf(queued.place))
        set->insert(&queued);
    if (changed && (queued.place == QueuedPod::Place::Unschedulable || queued.place == QueuedPod::Place::Gated))
        activate(queued);
}

void SchedulingQueue::remove(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    if (found == m_pods.end())
        return;
    move(*found->second, QueuedPod::Place::InFlight);
    --m_inFlight;
    m_pods.erase(found);
}

void SchedulingQueue::wake(ClusterEvents events) {
    std::vector<QueuedPod *> helped;
    for (QueuedPod *queued : m_unschedulable)
        if (queued->wakes & events)
            helped.push_back(queued);
    for (QueuedPod *queued : helped)
        activate(*queued);
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

void SchedulingQueue::waitFor(QueuedPod &queued, ClusterEvents wakes) {
    queued.queuedAt = m_clock.steadyNow();
    queued.backoffUntil = queued.queuedAt + backoff(queued.attempts);
    queued.wakes = wakes;
    move(queued, QueuedPod::Place::Unschedulable);
    schedule();
}

void SchedulingQueue::retry(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    if (found == m_pods.end())
        return;
    QueuedPod &queued = *found->second;
    queued.queuedAt = m_clock.steadyNow();
    queued.backoffUntil = queued.queuedAt + backoff(queued.attempts);
    activate(queued);
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
        return m_gated;
    case QueuedPod::Place::InFlight:
        break;
    }
    return m_inFlight;
}

const QueuedPod *SchedulingQueue::find(std::string_view uid) const {
    const auto found = m_pods.find(std::string(uid));
    return found == m_pods.end() ? nullptr : found->second.get();
}

} // namespace coracle::scheduler
