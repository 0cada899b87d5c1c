#include "clusterd/controllers/expectations.h"

namespace coracle::controllers {

namespace {
constexpr Duration kLapseAfter = std::chrono::minutes(5);
}

void Expectations::expectCreations(const std::string &key, int count) {
    Entry &entry = m_entries[key];
    entry.creations += count;
    entry.since = m_clock.steadyNow();
}

void Expectations::expectDeletion(const std::string &key, std::string_view uid) {
    Entry &entry = m_entries[key];
    entry.deletions.emplace(uid);
    entry.since = m_clock.steadyNow();
}

void Expectations::creationObserved(const std::string &key) {
    if (auto found = m_entries.find(key); found != m_entries.end() && found->second.creations > 0)
        --found->second.creations;
}

void Expectations::deletionObserved(const std::string &key, std::string_view uid) {
    if (auto found = m_entries.find(key); found != m_entries.end())
        found->second.deletions.erase(std::string(uid));
}

bool Expectations::satisfied(const std::string &key) const {
    auto found = m_entries.find(key);
    if (found == m_entries.end())
        return true;
    const Entry &entry = found->second;
    return (entry.creations <= 0 && entry.deletions.empty()) || m_clock.steadyNow() - entry.since > kLapseAfter;
}

} // namespace coracle::controllers
