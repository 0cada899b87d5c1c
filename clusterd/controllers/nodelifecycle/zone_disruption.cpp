#include "clusterd/controllers/nodelifecycle/zone_disruption.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

constexpr int kPartialNodesLeast = 3;

} // namespace

ZoneState zoneState(const ZoneCounts &zone, double unhealthyThreshold) {
    if (zone.ready == 0 && zone.notReady > 0)
        return ZoneState::FullDisruption;
    const double share = static_cast<double>(zone.notReady) / std::max(zone.ready + zone.notReady, 1);
    if (zone.notReady >= kPartialNodesLeast && share >= unhealthyThreshold)
        return ZoneState::PartialDisruption;
    return ZoneState::Normal;
}

double EvictionLimiter::tokens(SteadyTime now) const {
    const double seconds = std::chrono::duration<double>(now - m_since).count();
    return std::min(m_tokens + std::max(seconds, 0.0) * m_rate, 1.0);
}

void EvictionLimiter::setRate(double perSecond, SteadyTime now) {
    m_tokens = tokens(now);
    m_since = now;
    m_rate = perSecond;
}

bool EvictionLimiter::take(SteadyTime now) {
    if (wait(now) > Duration::zero())
        return false;
    m_tokens = tokens(now) - 1;
    m_since = now;
    return true;
}

Duration EvictionLimiter::wait(SteadyTime now) const {
    if (m_rate <= 0)
        return Duration::max();
    const double missing = 1 - tokens(now);
    // Rounded up to a whole millisecond, so that the time is over when it has passed.
    const double milliseconds = missing / m_rate * 1000;
    return missing <= 1e-9 ? Duration::zero() : std::chrono::milliseconds(static_cast<int64_t>(milliseconds) + 1);
}

double ZoneDisruption::rateOf(ZoneState state, const ZoneCounts &counts) const {
    if (state != ZoneState::PartialDisruption)
        return m_rates.normal;
    return counts.ready + counts.notReady > m_rates.largeZoneNodes ? m_rates.secondary : 0;
}

ZoneDisruption::Change ZoneDisruption::observe(const std::map<std::string, ZoneCounts> &zones, SteadyTime now) {
    std::erase_if(m_zones, [&](const auto &entry) { return !zones.contains(entry.first); });
    bool all = !zones.empty();
    for (const auto &[name, counts] : zones)
        all = all && zoneState(counts, m_rates.unhealthyZoneThreshold) == ZoneState::FullDisruption;
    const bool was = m_allDisrupted;
    m_allDisrupted = all;
    for (const auto &[name, counts] : zones) {
        Zone &zone = m_zones[name];
        const ZoneState state = zoneState(counts, m_rates.unhealthyZoneThreshold);
        if (zone.state != state || was != all)
            zone.limiter.setRate(all ? 0 : rateOf(state, counts), now);
        zone.state = state;
    }
    return was == all ? Change::None : all ? Change::AllDisrupted : Change::NoLongerAllDisrupted;
}

ZoneState ZoneDisruption::state(const std::string &zone) const {
    const auto at = m_zones.find(zone);
    return at == m_zones.end() ? ZoneState::Initial : at->second.state;
}

EvictionLimiter *ZoneDisruption::limiter(const std::string &zone) {
    const auto at = m_zones.find(zone);
    return at == m_zones.end() ? nullptr : &at->second.limiter;
}

} // namespace coracle::controllers
