#pragma once

#include "clusterd/apiserver/registry/object_table.h"
#include "clusterd/apiserver/registry/store_event.h"
#include "core/base/clock.h"

#include <deque>
#include <vector>

namespace coracle::apiserver {

/// The newest changes of a collection without gaps: watches go on from here after an interruption, and reads at a past
/// revision are answered by undoing changes. Bounded; not thread-safe itself.
class EventHistory {
public:
    struct Limits {
        size_t eventsMax = 32768;
        size_t bytesMax = 16u << 20;       ///< as StoreEvent::bytes() counts
        size_t quietBytesMax = 256u << 10; ///< kept however old they are
        /// kube-apiserver's compaction interval: older events go, down to quietBytesMax, and older states can't be
        /// read.
        Duration age = std::chrono::minutes(5);
    };

    /// Begins anew: nothing is known of what was at or before the revision.
    void begin(Revision revision);
    /// Revisions go up.
    void append(StoreEventPtr event, SteadyTime now, const Limits &limits);
    void dropOld(SteadyTime now, const Limits &limits);

    /// Everything after this revision is here.
    Revision begins() const { return m_begins; }
    /// Events after a revision, oldest first; stops at eventsMax, or after the one that exceeds bytesMax.
    std::vector<StoreEventPtr> after(Revision revision, size_t eventsMax, size_t bytesMax) const;
    /// Null when there is none of this revision.
    const StoreEvent *find(Revision revision) const;
    Revision newest() const { return m_entries.empty() ? m_begins : m_entries.back().event->revision; }

private:
    struct Entry {
        StoreEventPtr event;
        SteadyTime at;
    };
    std::deque<Entry>::const_iterator firstAfter(Revision revision) const;
    void dropFirst();

    std::deque<Entry> m_entries;
    size_t m_bytes = 0;
    Revision m_begins = 0;
};

/// Turns a collection's state back to what it was before these events, which are all that came since.
void undo(ObjectTable &table, const std::vector<StoreEventPtr> &events);

} // namespace coracle::apiserver
