#pragma once

#include "clusterd/apiserver/registry/selection.h"
#include "clusterd/apiserver/registry/signal.h"
#include "clusterd/apiserver/registry/store_event.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::apiserver {

/// What an event is for a watcher with a selection: objects enter it, change in it and leave it. Nothing when it does
/// not concern the watcher.
std::optional<WatchItem> watchItem(const StoreEventPtr &event, const Selection &selection);

/// The first news for a group of waiting watchers; one for all of them.
struct Delivery {
    std::vector<WatchItem> items;
    size_t bytes = 0;
    bool full = false;    ///< more came than is handed over at once
    Revision through = 0; ///< everything that concerns the group up to here is in items
};

/// A watcher's wait for an event that concerns it.
class WatchWaiter final : public Waiter {
public:
    using Waiter::Waiter;

    // Set before it is woken.
    std::shared_ptr<const Delivery> delivery; ///< null when it was woken for another reason
    Revision reached = 0;                     ///< without a delivery: nothing up to here concerned the watcher
};

/// All watchers with the same selection.
struct WatchGroup {
    const std::string key;
    const Selection selection;
    std::vector<std::shared_ptr<WatchWaiter>> waiting = {};
    std::shared_ptr<Delivery> delivery = {}; ///< while events are applied: what the waiting ones will get
    size_t watchers = 0;
};

/// Who watches a collection. Each event is offered only to those groups whose selector asks for the value that one
/// field has in this object (as kube-apiserver's cacher does with its triggers) or that have no such term; and a
/// group's watchers are woken only by what concerns them. Not thread-safe itself.
class WatchIndex {
public:
    /// Of one delivery, or one read of the history.
    static constexpr size_t kItemsMax = 500;
    static constexpr size_t kBytesMax = 256u << 10;

    /// The group of a new watcher; leave() when it goes.
    std::shared_ptr<WatchGroup> join(const Selection &selection);
    void leave(const std::shared_ptr<WatchGroup> &group);

    /// Puts the event into the deliveries of those whom it concerns.
    void offer(const StoreEventPtr &event);
    /// Takes out everybody who got something; the state is that of the revision.
    void takeDelivered(Revision revision, std::vector<std::shared_ptr<Waiter>> &woken);
    /// Takes out everybody, or whose deadline has come.
    void takeDue(std::optional<SteadyTime> now, Revision revision, std::vector<std::shared_ptr<Waiter>> &woken);

private:
    using Groups = std::vector<WatchGroup *>;
    struct Field {
        const api::ResourceInfo *resource;
        std::string path;
        std::unordered_map<std::string, Groups> byValue;
    };

    Groups &groupsFor(const Selection &selection);
    void offerTo(const Groups &groups, const StoreEventPtr &event);

    std::unordered_map<std::string, std::shared_ptr<WatchGroup>> m_groups; ///< by Selection::key()
    std::vector<Field> m_fields; ///< few: one per field that a selector has asked for
    Groups m_others;             ///< groups without such a term
    Groups m_delivered;
};

} // namespace coracle::apiserver
