#pragma once

#include "clusterd/datastore/backend.h"
#include "core/client/client.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace coracle::apiserver {

using datastore::Revision;

/// One change of one object, kept for watchers. Immutable once published, but for the encodings, which the first
/// watcher that needs one makes for all. Thread-safe.
class StoreEvent {
public:
    Revision revision = 0;
    client::EventType type = client::EventType::Added; ///< Added, Modified or Deleted
    api::ObjectPtr object;   ///< the new state; for deletes the last state at the delete's revision
    api::ObjectPtr previous; ///< null for Added

    /// The text for an encoding, made by the function when nobody has asked for it before.
    template<class Make>
    std::shared_ptr<const std::string> encoded(const std::string &encoding, Make make) const {
        std::lock_guard lock(m_mutex);
        for (const auto &[name, text] : m_encodings)
            if (name == encoding)
                return text;
        return m_encodings.emplace_back(encoding, std::make_shared<const std::string>(make())).second;
    }
    /// The previous state at this event's revision: what a watcher gets whose selector the object no longer matches.
    api::ObjectPtr leaving() const;
    /// About what it takes to keep this event.
    size_t bytes() const;

private:
    mutable std::mutex m_mutex;
    mutable std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> m_encodings; ///< few
    mutable api::ObjectPtr m_leaving;
};

using StoreEventPtr = std::shared_ptr<const StoreEvent>;

/// One entry of a watch's stream, in stored form.
struct WatchItem {
    client::EventType type = client::EventType::Added;
    api::ObjectPtr object;         ///< null for bookmarks
    StoreEventPtr event;           ///< what it comes from; null for initial objects and bookmarks
    Revision revision = 0;         ///< for bookmarks: everything up to here was sent
    bool initialEventsEnd = false; ///< the bookmark that ends a streaming list (KEP-3157)
};

} // namespace coracle::apiserver
