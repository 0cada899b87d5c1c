#include "clusterd/apiserver/registry/store_watch.h"

#include <algorithm>

namespace coracle::apiserver {

using client::EventType;

namespace {

constexpr size_t kBatchMax = 500;
constexpr Duration kBookmarkInterval = std::chrono::seconds(60);

/// Takes a waiter back when its coroutine is cancelled while it waits.
class WaitGuard {
public:
    WaitGuard(Store &store, const api::ResourceInfo &resource, std::shared_ptr<Waiter> waiter)
        : m_store(store), m_resource(resource), m_waiter(std::move(waiter)) {}
    ~WaitGuard() {
        if (m_waiter)
            m_store.forget(m_resource, m_waiter);
    }
    void woken() { m_waiter.reset(); }

private:
    Store &m_store;
    const api::ResourceInfo &m_resource;
    std::shared_ptr<Waiter> m_waiter;
};

} // namespace

StoreWatch::StoreWatch(Store &store, Clock &clock, const api::ResourceInfo &resource, Options options)
    : m_store(store),
      m_clock(clock),
      m_resource(resource),
      m_options(std::move(options)),
      m_after(m_options.after),
      m_bookmarkDue(clock.steadyNow() + kBookmarkInterval) {
    if (m_options.initialEvents) {
        Store::Snapshot snapshot = store.snapshot(resource);
        m_after = snapshot.revision;
        m_initial = std::move(snapshot.table);
    }
}

SteadyTime StoreWatch::nextDeadline() const {
    SteadyTime due = m_options.bookmarks ? m_bookmarkDue : SteadyTime::max();
    return m_options.deadline ? std::min(due, *m_options.deadline) : due;
}

void StoreWatch::takeInitial(std::vector<WatchItem> &items) {
    bool more = false;
    ObjectKey from = m_initialLast ? ObjectKey::of(*m_initialLast) : ObjectKey{m_options.selection.namespaceName(), {}};
    m_initial->visit(from, [&](const api::ObjectPtr &object) {
        if (object == m_initialLast)
            return true;
        const std::string &within = m_options.selection.namespaceName();
        if (!within.empty() && object->namespaceName() != within)
            return false;
        if (items.size() == kBatchMax) {
            more = true;
            return false;
        }
        m_initialLast = object;
        if (m_options.selection.matches(*object))
            items.push_back({.type = EventType::Added, .object = object, .revision = object->resourceVersion()});
        return true;
    });
    if (more)
        return;
    m_initial.reset();
    m_initialLast.reset();
    if (m_options.initialEventsEnd)
        items.push_back({.type = EventType::Bookmark, .revision = m_after, .initialEventsEnd = true});
}

void StoreWatch::takeEvents(const Store::Batch &batch, std::vector<WatchItem> &items) {
    for (const StoreEventPtr &event : batch.events) {
        bool now = event->type != EventType::Deleted && m_options.selection.matches(*event->object);
        bool before = event->previous && m_options.selection.matches(*event->previous);
        if (!now && !before)
            continue;
        WatchItem item{
            .type = EventType::Modified, .object = event->object, .event = event, .revision = event->revision};
        if (!before)
            item.type = EventType::Added;
        else if (!now)
            item.type = EventType::Deleted;
        if (!now && event->type != EventType::Deleted)
            item.object = event->leaving();
        items.push_back(std::move(item));
    }
}

Task<Result<std::vector<WatchItem>>> StoreWatch::next() {
    Executor executor = co_await boost::asio::this_coro::executor;
    std::vector<WatchItem> items;
    while (true) {
        if (m_initial)
            takeInitial(items);
        if (!items.empty())
            co_return items;
        SteadyTime now = m_clock.steadyNow();
        if (m_options.deadline && now >= *m_options.deadline)
            co_return items;
        CO_TRY(Store::Batch batch, m_store.eventsAfter(m_resource, m_after, kBatchMax, executor, nextDeadline()));
        WaitGuard guard(m_store, m_resource, batch.waiter);
        takeEvents(batch, items);
        m_after = std::max(m_after, batch.through);
        if (items.empty() && m_options.bookmarks && now >= m_bookmarkDue)
            items.push_back({.type = EventType::Bookmark, .revision = m_after});
        if (!items.empty()) {
            m_bookmarkDue = now + kBookmarkInterval;
            co_return items;
        }
        if (batch.waiter) {
            co_await batch.waiter->wait();
            guard.woken();
        }
    }
}

} // namespace coracle::apiserver
