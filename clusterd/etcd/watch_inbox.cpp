#include "clusterd/etcd/watch_inbox.h"

#include "clusterd/etcd/convert.h"

namespace coracle::etcd {

namespace {

constexpr size_t kBytesMax = 4u << 20;

size_t bytesOf(const datastore::Event &event) {
    const size_t previous = event.previous ? event.previous->value.size() : 0;
    return sizeof event + event.current.key.size() + event.current.value.size() + previous;
}

} // namespace

bool WatchFilter::wants(const datastore::Event &event) const {
    return (event.deleted ? deletes : puts) && range.contains(event.current.key);
}

pb::Event toMessage(const datastore::Event &event, bool previous, const LeaseTable &leases) {
    pb::Event message;
    if (event.deleted) {
        message.set_type(pb::Event::DELETE);
        message.mutable_kv()->set_key(event.current.key);
        message.mutable_kv()->set_mod_revision(event.current.modRevision);
    } else {
        *message.mutable_kv() = toMessage(event.current, leases);
    }
    if (previous && event.previous)
        *message.mutable_prev_kv() = toMessage(*event.previous, leases);
    return message;
}

datastore::EventSink WatchInbox::sink() {
    return [weak = weak_from_this()](Result<std::vector<datastore::Event>> batch) {
        if (const auto inbox = weak.lock())
            inbox->receive(std::move(batch));
    };
}

void WatchInbox::receive(Result<std::vector<datastore::Event>> batch) {
    std::unique_lock lock(m_mutex);
    if (m_overflowed || m_error || (batch && batch->empty()))
        return;
    if (!batch) {
        m_error = std::move(batch).error();
    } else if (m_bytes > kBytesMax) {
        m_overflowed = true;
    } else {
        m_through = std::max(m_through, batch->back().current.modRevision);
        for (datastore::Event &event : *batch) {
            if (!m_filter.wants(event))
                continue;
            if (!m_filter.previous)
                event.previous.reset();
            m_bytes += bytesOf(event);
            m_events.push_back(std::move(event));
        }
        if (m_events.empty())
            return;
    }
    if (m_woken || !m_wake)
        return;
    m_woken = true;
    const auto wake = m_wake;
    lock.unlock();
    wake();
}

WatchInbox::Content WatchInbox::take() {
    const std::lock_guard lock(m_mutex);
    m_woken = false;
    m_bytes = 0;
    return {.events = std::exchange(m_events, {}), .through = m_through, .overflowed = m_overflowed, .error = m_error};
}

void WatchInbox::reopen() {
    const std::lock_guard lock(m_mutex);
    m_overflowed = false;
}

void WatchInbox::close() {
    const std::lock_guard lock(m_mutex);
    m_wake = nullptr;
    m_overflowed = true;
    m_events.clear();
}

} // namespace coracle::etcd
