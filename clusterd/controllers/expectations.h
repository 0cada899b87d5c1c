#pragma once

#include "core/base/clock.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace coracle::controllers {

/// What a controller has ordered but not yet seen in its informer, so that it doesn't order it twice from a stale view
/// (k8s.io/kubernetes pkg/controller ControllerExpectations). Deletions are tracked by UID: an object that is seen
/// going twice counts once. Expectations that were never met lapse after five minutes.
class Expectations {
public:
    explicit Expectations(Clock &clock) : m_clock(clock) {}

    void expectCreations(const std::string &key, int count);
    void expectDeletion(const std::string &key, std::string_view uid);
    void creationObserved(const std::string &key);
    void deletionObserved(const std::string &key, std::string_view uid);
    bool satisfied(const std::string &key) const;
    void forget(const std::string &key) { m_entries.erase(key); }

private:
    struct Entry {
        int creations = 0;
        std::unordered_set<std::string> deletions;
        SteadyTime since;
    };
    Clock &m_clock;
    std::unordered_map<std::string, Entry> m_entries;
};

} // namespace coracle::controllers
