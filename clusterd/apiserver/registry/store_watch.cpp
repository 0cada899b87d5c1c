#include "clusterd/apiserver/registry/store_watch.h"

#include "clusterd/apiserver/registry/dynamic_kind.h"

#include <algorithm>

namespace coracle::apiserver {

using client::EventType;

namespace {

constexpr Duration kBookmarkInterval = std::chrono::seconds(60);
constexpr Duration kBookmarkBeforeEnd = std::chrono::seconds(2); ///< so that the next watch begins where this one ends

/// Takes a waiter back when its coroutine is cancelled while it waits.
class WaitGuard {
public:
    WaitGuard(Store::Registration &registration, std::shared_ptr<WatchWaiter> waiter)
        : m_registration(registration), m_waiter(std::move(waiter)) {}
    WaitGuard(const WaitGuard &) = delete;
    WaitGuard &operator=(const WaitGuard &) = delete;
    ~WaitGuard() {
        if (m_waiter)
            m_registration.forget(m_waiter);
    }
    void woken() { m_waiter.reset(); }

private:
    Store::Registration &m_registration;
    std::shared_ptr<WatchWaiter> m_waiter;
};

} // namespace

StoreWatch::StoreWatch(Store &store, Clock &clock, const api::ResourceInfo &resource, Options options)
    : m_store(store),
      m_clock(clock),
      m_options(std::move(options)),
      m_registration(store.registerWatch(resource, m_options.selection)),
      m_after(m_options.after),
      m_bookmarkDue(nextBookmark()) {
    if (m_options.initialEvents) {
        Store::Snapshot snapshot = store.snapshot(resource);
        m_after = snapshot.revision;
        m_initial = std::move(snapshot.table);
    }
}

SteadyTime StoreWatch::nextBookmark() const {
    const SteadyTime now = m_clock.steadyNow();
    SteadyTime due = now + kBookmarkInterval;
    if (m_options.deadline && *m_options.deadline - kBookmarkBeforeEnd > now)
        due = std::min(due, *m_options.deadline - kBookmarkBeforeEnd);
    return due;
}

SteadyTime StoreWatch::nextDeadline() const {
    SteadyTime due = m_options.bookmarks ? m_bookmarkDue : SteadyTime::max();
    return m_options.deadline ? std::min(due, *m_options.deadline) : due;
}

void StoreWatch::takeInitial(std::vector<WatchItem> &items) {
    bool more = false;
    size_t bytes = 0;
    ObjectKey from = m_initialLast ? ObjectKey::of(*m_initialLast) : ObjectKey{m_options.selection.namespaceName(), {}};
    m_initial->visit(from, [&](const api::ObjectPtr &object) {
        if (object == m_initialLast)
            return true;
        const std::string &within = m_options.selection.namespaceName();
        if (!within.empty() && object->namespaceName() != within)
            return false;
        if (items.size() >= WatchIndex::kItemsMax || bytes > WatchIndex::kBytesMax) {
            more = true;
            return false;
        }
        m_initialLast = object;
        if (m_options.selection.matches(*object)) {
            bytes += object->json().size();
            items.push_back({.type = EventType::Added, .object = object, .revision = object->resourceVersion()});
        }
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
    for (const StoreEventPtr &event : batch.events)
        if (std::optional<WatchItem> item = watchItem(event, m_options.selection))
            items.push_back(std::move(*item));
    m_after = std::max(m_after, batch.through);
}

void StoreWatch::takeDelivery(const WatchWaiter &waiter, std::vector<WatchItem> &items) {
    if (!waiter.delivery) {
        m_after = std::max(m_after, waiter.reached);
        return;
    }
    for (const WatchItem &item : waiter.delivery->items)
        if (item.revision > m_after) // a watch may ask for changes after a revision that is yet to come
            items.push_back(item);
    m_after = std::max(m_after, waiter.delivery->through);
}

Task<Result<>> StoreWatch::takeNews(std::vector<WatchItem> &items) {
    Executor executor = co_await boost::asio::this_coro::executor;
    CO_TRY(Store::Batch batch, m_store.eventsAfter(*m_registration, m_after, executor, nextDeadline()));
    takeEvents(batch, items);
    if (!batch.waiter)
        co_return Result<>{};
    WaitGuard guard(*m_registration, batch.waiter);
    co_await batch.waiter->wait();
    guard.woken();
    takeDelivery(*batch.waiter, items);
    co_return Result<>{};
}

Task<Result<std::vector<WatchItem>>> StoreWatch::next() {
    auto items = co_await collect();
    if (!items || !m_options.convertTo)
        co_return items;
    std::vector<api::ObjectPtr> objects;
    for (const WatchItem &item : *items)
        objects.push_back(item.object);
    CO_TRY(objects, co_await convertObjects(*m_options.convertTo, std::move(objects)));
    for (size_t i = 0; i < objects.size(); ++i)
        (*items)[i].object = std::move(objects[i]);
    co_return items;
}

Task<Result<std::vector<WatchItem>>> StoreWatch::collect() {
    std::vector<WatchItem> items;
    if (m_options.failure)
        co_return Failure(*m_options.failure);
    if (m_initial)
        takeInitial(items);
    while (items.empty()) {
        SteadyTime now = m_clock.steadyNow();
        if (m_options.deadline && now >= *m_options.deadline)
            co_return items;
        if (!m_options.bookmarks || now < m_bookmarkDue)
            CO_CHECK(co_await takeNews(items));
        if (m_options.bookmarks && !m_initial && m_clock.steadyNow() >= m_bookmarkDue) {
            items.push_back({.type = EventType::Bookmark, .revision = m_after});
            m_bookmarkDue = nextBookmark();
        }
    }
    co_return items;
}

} // namespace coracle::apiserver
