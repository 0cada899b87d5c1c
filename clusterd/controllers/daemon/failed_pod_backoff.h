#pragma once

#include "core/base/clock.h"

#include <string>
#include <unordered_map>

namespace coracle::controllers::daemon {

/// How soon a failed pod of a node may be replaced: the first one at once, then after 1 s, 2 s, 4 s ... up to 15 min.
/// A node that was quiet for twice the longest time starts anew (client-go flowcontrol.Backoff with the times of
/// kube-controller-manager).
class FailedPodBackoff {
public:
    explicit FailedPodBackoff(Clock &clock) : m_clock(clock) {}

    /// How long to wait still; zero: now.
    Duration remaining(const std::string &key) const;
    /// A failed pod is replaced.
    void next(const std::string &key);
    /// Forgets keys that were quiet for long.
    void collect();
    size_t size() const { return m_entries.size(); }

private:
    struct Entry {
        Duration wait;
        SteadyTime since;
    };
    bool lapsed(const Entry &entry) const;

    Clock &m_clock;
    std::unordered_map<std::string, Entry> m_entries;
};

} // namespace coracle::controllers::daemon
