#pragma once

#include "clusterd/apiserver/registry/selection.h"
#include "clusterd/apiserver/registry/store.h"

#include <optional>
#include <vector>

namespace coracle::apiserver {

/// A watch on the store: first, where asked for, the objects that there are, then every change in order. It keeps no
/// queue of its own: it reads the collection's history at its own speed, and is Expired when it falls out of it.
class StoreWatch {
public:
    struct Options {
        Selection selection;
        Revision after = 0;            ///< without initial events: changes after this revision
        bool initialEvents = false;    ///< begin with an Added per existing object
        bool initialEventsEnd = false; ///< and a bookmark that says that all were sent
        bool bookmarks = false;
        std::optional<SteadyTime> deadline; ///< the watch ends regularly then
        std::optional<Status> failure;      ///< the watch's only news
        /// Of a dynamic kind: objects come in this version.
        const api::ResourceInfo *convertTo = nullptr;
    };

    StoreWatch(Store &store, Clock &clock, const api::ResourceInfo &resource, Options options);

    /// The next items; none when the deadline has come. Errors end the watch.
    Task<Result<std::vector<WatchItem>>> next();

private:
    Task<Result<std::vector<WatchItem>>> collect();
    void takeInitial(std::vector<WatchItem> &items);
    Task<Result<>> takeNews(std::vector<WatchItem> &items);
    void takeEvents(const Store::Batch &batch, std::vector<WatchItem> &items);
    void takeDelivery(const WatchWaiter &waiter, std::vector<WatchItem> &items);
    SteadyTime nextBookmark() const;
    SteadyTime nextDeadline() const;

    Store &m_store;
    Clock &m_clock;
    Options m_options;
    const std::unique_ptr<Store::Registration> m_registration;
    std::optional<ObjectTable> m_initial; ///< what is left of the initial objects
    api::ObjectPtr m_initialLast;         ///< the last one visited; null before the first
    Revision m_after = 0;
    SteadyTime m_bookmarkDue;
};

} // namespace coracle::apiserver
