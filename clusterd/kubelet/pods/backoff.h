#pragma once

#include "core/base/clock.h"

#include <algorithm>
#include <map>
#include <string>

namespace coracle::kubelet {

/// Growing pauses by key, as client-go's flowcontrol.Backoff: the first retry is free, then each one doubles the pause.
/// A key that was quiet for twice the longest pause starts anew.
class Backoff {
public:
    Backoff(Duration first, Duration longest) : m_first(first), m_longest(longest) {}

    /// How long the key must still wait, counted from the event (for example a container's end).
    Duration remaining(const std::string &key, SteadyTime event, SteadyTime now) const {
        auto found = m_entries.find(key);
        if (found == m_entries.end() || expired(found->second, event))
            return {};
        return std::max<Duration>(found->second.pause - (now - event), Duration::zero());
    }
    Duration pause(const std::string &key) const {
        auto found = m_entries.find(key);
        return found == m_entries.end() ? Duration::zero() : found->second.pause;
    }
    /// A retry happens now, after the event.
    void next(const std::string &key, SteadyTime event, SteadyTime now) {
        auto [found, added] = m_entries.try_emplace(key, Entry{m_first, now});
        if (!added)
            found->second.pause =
                expired(found->second, event) ? m_first : std::min(found->second.pause * 2, m_longest);
        found->second.updated = now;
    }
    void forget(const std::string &key) { m_entries.erase(key); }

private:
    struct Entry {
        Duration pause;
        SteadyTime updated;
    };
    bool expired(const Entry &entry, SteadyTime event) const { return event - entry.updated > m_longest * 2; }

    Duration m_first, m_longest;
    std::map<std::string, Entry, std::less<>> m_entries;
};

} // namespace coracle::kubelet
