#include "clusterd/datastore/broadcaster.h"

#include <algorithm>
#include <utility>

namespace coracle::datastore {

namespace {

/// Events that may wait while a watch is brought up to date; one that is slower than that has to start again.
constexpr size_t kPendingMax = 100000;

} // namespace

void Watcher::live(Revision revision, const std::vector<Event> &events) {
    std::vector<Event> matching;
    for (const Event &event : events)
        if (event.current.modRevision > m_after && event.current.key.starts_with(m_prefix))
            matching.push_back(event);
    if (!matching.empty())
        take(std::move(matching));
    m_throughLive = revision;
}

void Watcher::take(std::vector<Event> events) {
    const std::lock_guard lock(m_calls);
    if (m_ended)
        return;
    if (!m_catchingUp) {
        deliver(std::move(events));
    } else if (m_pending.size() + events.size() > kPendingMax) {
        fail(errors::expired("the watch was too slow to follow the writes; list again").error());
    } else {
        m_pending.insert(m_pending.end(), std::make_move_iterator(events.begin()),
                         std::make_move_iterator(events.end()));
    }
}

bool Watcher::backlog(std::vector<Event> events, Revision upTo) {
    const std::lock_guard lock(m_calls);
    if (!m_ended && !events.empty())
        deliver(std::move(events));
    m_throughLog = upTo;
    return !m_ended;
}

void Watcher::backlogDone() {
    const std::lock_guard lock(m_calls);
    if (!m_ended && !m_pending.empty())
        deliver(std::exchange(m_pending, {}));
    m_catchingUp = false;
    if (!m_ended)
        deliver({}); // see EventSink
}

void Watcher::fail(Status status) {
    const std::lock_guard lock(m_calls);
    if (std::exchange(m_ended, true))
        return;
    m_pending = {};
    m_sink(Failure(std::move(status)));
}

void Watcher::end() {
    const std::lock_guard lock(m_calls);
    m_ended = true;
    m_pending = {};
}

void Watcher::deliver(std::vector<Event> events) {
    m_sink(std::move(events));
}

Revision Broadcaster::revision() const {
    const std::lock_guard lock(m_mutex);
    return m_revision;
}

Revision Broadcaster::add(const std::shared_ptr<Watcher> &watcher) {
    const std::lock_guard lock(m_mutex);
    if (watcher->m_after == 0)
        watcher->m_after = m_revision;
    watcher->m_catchingUp = watcher->m_after < m_revision;
    watcher->m_throughLog = watcher->m_after;
    watcher->m_throughLive = m_revision;
    auto list = std::make_shared<List>(*m_watchers);
    list->push_back(watcher);
    m_watchers = std::move(list);
    return m_revision;
}

void Broadcaster::remove(const Watcher *watcher) {
    const std::lock_guard lock(m_mutex);
    auto list = std::make_shared<List>(*m_watchers);
    std::erase_if(*list, [&](const auto &entry) { return entry.get() == watcher; });
    m_watchers = std::move(list);
}

void Broadcaster::publish(Revision revision, const std::vector<Event> &events) {
    std::shared_ptr<const List> watchers;
    {
        const std::lock_guard lock(m_mutex);
        m_revision = revision;
        watchers = m_watchers;
    }
    for (const auto &watcher : *watchers)
        watcher->live(revision, events);
}

} // namespace coracle::datastore
