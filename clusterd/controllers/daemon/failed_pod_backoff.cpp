#include "clusterd/controllers/daemon/failed_pod_backoff.h"

#include <algorithm>

namespace coracle::controllers::daemon {

namespace {

constexpr Duration kFirst = std::chrono::seconds(1);
constexpr Duration kLongest = std::chrono::minutes(15);

} // namespace

bool FailedPodBackoff::lapsed(const Entry &entry) const {
    return m_clock.steadyNow() - entry.since > 2 * kLongest;
}

Duration FailedPodBackoff::remaining(const std::string &key) const {
    const auto found = m_entries.find(key);
    if (found == m_entries.end() || lapsed(found->second))
        return Duration::zero();
    return std::max(found->second.wait - (m_clock.steadyNow() - found->second.since), Duration::zero());
}

void FailedPodBackoff::next(const std::string &key) {
    auto [at, fresh] = m_entries.try_emplace(key);
    Entry &entry = at->second;
    entry.wait = fresh || lapsed(entry) ? kFirst : std::min(entry.wait * 2, kLongest);
    entry.since = m_clock.steadyNow();
}

void FailedPodBackoff::collect() {
    std::erase_if(m_entries, [this](const auto &pair) { return lapsed(pair.second); });
}

} // namespace coracle::controllers::daemon
