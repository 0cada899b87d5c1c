#pragma once

#include "clusterd/apiserver/registry/selection.h"
#include "clusterd/apiserver/registry/store.h"

#include <optional>
#include <vector>

namespace coracle::apiserver {

/// One entry of a watch's stream, in stored form.
struct WatchItem {
    client::EventType type = client::EventType::Added;
    api::ObjectPtr object;         ///< null for bookmarks
    StoreEventPtr event;           ///< what it comes from; null for initial objects and bookmarks
    Revision revision = 0;         ///< for bookmarks: everything up to here was sent
    bool initialEventsEnd = false; ///< the bookmark that ends a streaming list (KEP-3157)
};

/// A watch on the store: first, where asked for, the objects that there are, then every change in order. It keeps no
/// queue of its own: it reads the store's ring of events at its own speed, and is Expired when it falls out of it.
class StoreWatch {
public:
    struct Options {
        Selection selection;
        Revision after = 0;            ///< without initial events: changes after this revision
        bool initialEvents = false;    ///< begin with an Added per existing object
        bool initialEventsEnd = false; ///< and a bookmark that says that all were sent
        bool bookmarks = false;
        std::optional<SteadyTime> deadline; ///< the watch ends regularly then
    };

    StoreWatch(Store &store, Clock &clock, const api::ResourceInfo &resource, Options options);

    /// The next items; none when the deadline has come. Errors end the watch.
    Task<Result<std::vector<WatchItem>>> next();

private:
    void takeInitial(std::vector<WatchItem> &items);
    void takeEvents(const Store::Batch &batch, std::vector<WatchItem> &items);
    SteadyTime nextDeadline() const;

    Store &m_store;
    Clock &m_clock;
    const api::ResourceInfo &m_resource;
    Options m_options;
    std::optional<ObjectTable> m_initial; ///< what is left of the initial objects, from m_initialFrom on
    api::ObjectPtr m_initialLast;         ///< the last one visited; null before the first
    Revision m_after = 0;
    SteadyTime m_bookmarkDue;
};

} // namespace coracle::apiserver
