#pragma once

#include "core/base/clock.h"

#include <cstddef>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coracle::client {

/// A map that forgets what was not used for the longest time when it is full.
template<class Value>
class RecentMap {
public:
    explicit RecentMap(size_t most) : m_most(most) {}

    /// The entry of the key, made when it is not there. Valid until the next call.
    Value &operator[](const std::string &key) {
        if (const auto found = m_index.find(key); found != m_index.end()) {
            m_entries.splice(m_entries.begin(), m_entries, found->second);
        } else {
            if (m_index.size() >= m_most) {
                m_index.erase(m_entries.back().first);
                m_entries.pop_back();
            }
            m_entries.emplace_front(key, Value());
            m_index.emplace(key, m_entries.begin());
        }
        return m_entries.front().second;
    }

private:
    using Entries = std::list<std::pair<std::string, Value>>; ///< the newest first
    size_t m_most;
    Entries m_entries;
    std::unordered_map<std::string, typename Entries::iterator> m_index;
};

/// Decides how a source's events are written, by client-go's rules (tools/record/events_cache.go). The same event again
/// raises the count of the first one. When ten events about one object differ in the message only, the further ones
/// within ten minutes of each other become one, "(combined from similar events)". An object gets 25 events at once
/// and one more each five minutes. No I/O.
class EventCorrelator {
public:
    struct Event {
        std::string_view object; ///< names the object: all of its reference but the field path
        std::string_view fieldPath, type, reason, message;
    };
    /// The Event in the API that stands for events.
    struct Record {
        std::string namespaceName, name; ///< no name: none is written yet
        std::string firstTimestamp;
    };
    struct Decision {
        bool skip = false;   ///< too many about this object: nothing is written
        std::string key;     ///< of the record
        std::string message; ///< as it is to be written
        int count = 0;       ///< with this event
        Record record;
    };
    Decision take(const Event &event, SteadyTime now);

    /// What was written for the key.
    void wrote(const std::string &key, Record record);

private:
    struct Similar {
        std::set<std::string, std::less<>> messages;
        SteadyTime last{};
    };
    struct Counted {
        Record record;
        int count = 0;
    };
    struct Bucket {
        bool used = false;
        double tokens = 0;
        SteadyTime last{};
    };
    bool spend(const std::string &object, SteadyTime now);

    static constexpr size_t kEntriesMax = 4096;
    RecentMap<Similar> m_similar{kEntriesMax};
    RecentMap<Counted> m_counted{kEntriesMax};
    RecentMap<Bucket> m_buckets{kEntriesMax};
};

} // namespace coracle::client
