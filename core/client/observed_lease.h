#pragma once

#include "core/api/object.h"
#include "core/api/types/coordination_v1.h"
#include "core/base/clock.h"

#include <string>

namespace coracle::client {

/// What a candidate knows of the lease, and since when by its own clock. Decisions only; no I/O.
class ObservedLease {
public:
    /// The lease as it was read now; another state than the known one starts its time anew.
    void see(int64_t resourceVersion, const std::string &uid, const coordinationv1::LeaseSpec &spec, SteadyTime now);
    /// There is no lease. Who held one that was deleted may still act on it, and is waited for as if it had renewed it.
    void seeNone(SteadyTime now);

    const std::string &holder() const { return m_holder; }
    /// When the candidate may take it: at once when nobody holds it, or it itself does; else when it has not changed
    /// for as long as it says.
    SteadyTime freeFor(const std::string &identity) const;

private:
    std::string m_uid, m_holder;
    int64_t m_resourceVersion = 0;
    std::chrono::seconds m_duration{};
    SteadyTime m_since{};
};

/// The lease as this candidate wants it when it takes or renews it. A renewal keeps the time of acquisition; a change
/// of the holder counts as a transition.
coordinationv1::LeaseSpec heldLease(const coordinationv1::LeaseSpec &before, const std::string &identity,
                                    std::chrono::seconds duration, WallTime now);
/// The lease that its holder gives free.
coordinationv1::LeaseSpec releasedLease(const coordinationv1::LeaseSpec &before, WallTime now);

} // namespace coracle::client
