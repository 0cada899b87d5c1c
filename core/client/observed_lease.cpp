#include "core/client/observed_lease.h"

namespace coracle::client {

void ObservedLease::see(int64_t resourceVersion, const std::string &uid, const coordinationv1::LeaseSpec &spec,
                        SteadyTime now) {
    if (uid == m_uid && resourceVersion == m_resourceVersion)
        return;
    m_uid = uid;
    m_resourceVersion = resourceVersion;
    m_holder = spec.holderIdentity.value_or("");
    m_duration = std::chrono::seconds(spec.leaseDurationSeconds.value_or(0));
    m_since = now;
}

void ObservedLease::seeNone(SteadyTime now) {
    if (m_resourceVersion != 0)
        m_since = now;
    m_uid.clear();
    m_resourceVersion = 0;
}

SteadyTime ObservedLease::freeFor(const std::string &identity) const {
    return m_holder.empty() || m_holder == identity ? SteadyTime{} : m_since + m_duration;
}

coordinationv1::LeaseSpec heldLease(const coordinationv1::LeaseSpec &before, const std::string &identity,
                                    std::chrono::seconds duration, WallTime now) {
    coordinationv1::LeaseSpec spec = before;
    const bool renewal = before.holderIdentity == identity;
    const bool first = !before.leaseTransitions && !before.holderIdentity;
    spec.holderIdentity = identity;
    spec.leaseDurationSeconds = static_cast<int32_t>(duration.count());
    spec.renewTime = now;
    if (!renewal)
        spec.acquireTime = now;
    spec.leaseTransitions = before.leaseTransitions.value_or(0) + (renewal || first ? 0 : 1);
    return spec;
}

coordinationv1::LeaseSpec releasedLease(const coordinationv1::LeaseSpec &before, WallTime now) {
    coordinationv1::LeaseSpec spec = before;
    spec.holderIdentity = "";
    spec.leaseDurationSeconds = 1; // validation wants it above zero
    spec.acquireTime = spec.renewTime = now;
    return spec;
}

} // namespace coracle::client
