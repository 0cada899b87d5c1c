#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <map>
#include <string>

/// How fast nodes may be tainted NoExecute, which evicts their pods, by what is wrong with their zones: many nodes that
/// fall silent at once are rather a fault of the network than of the nodes (kube-controller-manager nodelifecycle).
namespace coracle::controllers {

/// kube-controller-manager's --node-eviction-rate, --secondary-node-eviction-rate, --unhealthy-zone-threshold and
/// --large-cluster-size-threshold. Rates are nodes per second.
struct EvictionRates {
    double normal = 0.1, secondary = 0.01;
    double unhealthyZoneThreshold = 0.55; ///< the share of nodes that are not ready
    int largeZoneNodes = 50;              ///< a disrupted zone of at most so many nodes evicts nothing
};

enum class ZoneState : uint8_t { Initial, Normal, PartialDisruption, FullDisruption };

struct ZoneCounts {
    int ready = 0, notReady = 0;
};
ZoneState zoneState(const ZoneCounts &zone, double unhealthyThreshold);

/// Lets one through per 1/rate seconds; none at a rate of zero.
class EvictionLimiter {
public:
    /// What was saved up stays.
    void setRate(double perSecond, SteadyTime now);
    bool take(SteadyTime now);
    /// Until take() may succeed; the longest duration at a rate of zero.
    Duration wait(SteadyTime now) const;

private:
    double tokens(SteadyTime now) const;

    double m_rate = 0, m_tokens = 1; ///< at m_since; never more than one
    SteadyTime m_since{};
};

/// The states of all zones and their limiters. Pure: it is told what is observed.
class ZoneDisruption {
public:
    explicit ZoneDisruption(EvictionRates rates) : m_rates(rates) {}

    enum class Change : uint8_t { None, AllDisrupted, NoLongerAllDisrupted };
    /// Takes in how many nodes are ready in each zone. Zones without nodes are forgotten.
    Change observe(const std::map<std::string, ZoneCounts> &zones, SteadyTime now);

    /// No node of the cluster is ready: then it is probably this server that is cut off, and nothing is evicted.
    bool allDisrupted() const { return m_allDisrupted; }
    ZoneState state(const std::string &zone) const;
    /// Null for a zone that was not observed.
    EvictionLimiter *limiter(const std::string &zone);

private:
    struct Zone {
        ZoneState state = ZoneState::Initial;
        EvictionLimiter limiter;
    };
    double rateOf(ZoneState state, const ZoneCounts &counts) const;

    EvictionRates m_rates;
    std::map<std::string, Zone> m_zones;
    bool m_allDisrupted = false;
};

} // namespace coracle::controllers
