#pragma once

#include "core/base/async_event.h"
#include "core/base/clock.h"
#include "core/base/gate.h"

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace coracle::client {

/// A de-duplicating queue of keys with rate-limited retries, as client-go's workqueue: a key is handed out to one
/// worker at a time; a key added while it is worked on comes again afterwards. One serial executor only.
class WorkQueue {
public:
    struct Backoff {
        Duration first = std::chrono::milliseconds(5);
        Duration longest = std::chrono::seconds(1000);
    };

    WorkQueue(Gate &gate, Clock &clock, Backoff backoff);
    WorkQueue(Gate &gate, Clock &clock) : WorkQueue(gate, clock, Backoff()) {}

    void add(std::string key);
    /// Adds after the duration; an earlier pending time for the key wins.
    void addAfter(std::string key, Duration duration);
    /// Adds after the key's back-off, which doubles at each call until forget().
    void addRateLimited(std::string key);
    void forget(const std::string &key);

    /// The next key; nothing once the gate closes.
    Task<std::optional<std::string>> take();
    /// The worker is done with the key.
    void done(const std::string &key);

    size_t size() const { return m_ready.size(); }
    bool idle() const { return m_ready.empty() && m_working.empty(); }
    int failures(const std::string &key) const;

private:
    Task<> wakeLater(std::string key, Duration duration, SteadyTime at);

    Gate &m_gate;
    Clock &m_clock;
    Backoff m_backoff;
    std::deque<std::string> m_ready;
    std::unordered_set<std::string> m_queued; ///< in m_ready, or to be put there when done
    std::unordered_set<std::string> m_working;
    std::unordered_map<std::string, int> m_failures;
    std::unordered_map<std::string, SteadyTime> m_delayed;
    AsyncEvent m_changed;
};

} // namespace coracle::client
