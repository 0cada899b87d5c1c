#include "clusterd/apiserver/registry/event_history.h"

#include "clusterd/apiserver/registry/json_scan.h"

#include <algorithm>

namespace coracle::apiserver {

using client::EventType;

api::ObjectPtr StoreEvent::leaving() const {
    std::lock_guard lock(m_mutex);
    if (!m_leaving && previous) {
        std::optional<std::string> wire = withResourceVersion(previous->json(), revision);
        auto parsed = api::Object::parse(wire ? std::move(*wire) : previous->json());
        m_leaving = parsed ? *parsed : previous;
    }
    return m_leaving;
}

size_t StoreEvent::bytes() const {
    // The new state may be in the collection too, but only until the next change; the one before belongs to the event
    // before this, but for a deletion, which has both by itself.
    size_t bytes = sizeof(StoreEvent) + sizeof(api::Object) + object->json().size();
    return type == EventType::Deleted && previous ? bytes + previous->json().size() : bytes;
}

void EventHistory::begin(Revision revision) {
    m_entries.clear();
    m_bytes = 0;
    m_begins = revision;
}

void EventHistory::append(StoreEventPtr event, SteadyTime now, const Limits &limits) {
    m_bytes += event->bytes();
    m_entries.push_back({std::move(event), now});
    while (m_entries.size() > limits.eventsMax || (m_bytes > limits.bytesMax && m_entries.size() > 1))
        dropFirst();
}

void EventHistory::dropOld(SteadyTime now, const Limits &limits) {
    while (m_bytes > limits.quietBytesMax && now - m_entries.front().at > limits.age)
        dropFirst();
}

void EventHistory::dropFirst() {
    m_bytes -= m_entries.front().event->bytes();
    m_begins = m_entries.front().event->revision;
    m_entries.pop_front();
}

std::deque<EventHistory::Entry>::const_iterator EventHistory::firstAfter(Revision revision) const {
    return std::ranges::upper_bound(m_entries, revision, {}, [](const Entry &entry) { return entry.event->revision; });
}

std::vector<StoreEventPtr> EventHistory::after(Revision revision, size_t eventsMax, size_t bytesMax) const {
    std::vector<StoreEventPtr> events;
    size_t bytes = 0;
    for (auto at = firstAfter(revision); at != m_entries.end() && events.size() < eventsMax && bytes <= bytesMax;
         ++at) {
        bytes += at->event->object->json().size();
        events.push_back(at->event);
    }
    return events;
}

const StoreEvent *EventHistory::find(Revision revision) const {
    auto at = firstAfter(revision - 1);
    return at != m_entries.end() && at->event->revision == revision ? at->event.get() : nullptr;
}

void undo(ObjectTable &table, const std::vector<StoreEventPtr> &events) {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        if ((*event)->previous)
            table.put((*event)->previous);
        else
            table.erase(ObjectKey::of(*(*event)->object));
    }
}

} // namespace coracle::apiserver
