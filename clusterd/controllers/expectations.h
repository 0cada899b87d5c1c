#pragma once

#include "core/api/object.h"
#include "core/base/clock.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace coracle::controllers {

/// What a controller has ordered but not yet seen in its informer, so that it doesn't order it twice from a stale view
/// (k8s.io/kubernetes pkg/controller ControllerExpectations). Deletions are tracked by UID: an object that is seen
/// going twice counts once. Belongs to its controller's executor.
class Expectations {
public:
    /// Expectations that were never met lapse after this time. Nothing tells of that: who finds them not satisfied()
    /// has to look again by then.
    static constexpr Duration kLapseAfter = std::chrono::minutes(5);

    explicit Expectations(Clock &clock) : m_clock(clock) {}

    void expectCreations(const std::string &key, int count);
    void expectDeletion(const std::string &key, std::string_view uid);
    void creationObserved(const std::string &key);
    void deletionObserved(const std::string &key, std::string_view uid);
    /// A change of a dependent, for its controlling owners of this kind before and after. One that is given away counts
    /// as deleted: it may end without its old owner seeing it.
    void observe(std::string_view ownerKind, const api::ObjectPtr &before, const api::ObjectPtr &after);
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
