#pragma once

#include "core/base/async_event.h"
#include "core/base/gate.h"
#include "core/base/random.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"
#include "core/client/observed_lease.h"

#include <functional>
#include <optional>
#include <string>

namespace coracle::client {

/// When a lease is renewed, given up and taken; the defaults and the order are kube-controller-manager's:
/// leaseDuration > renewDeadline > retryPeriod.
struct LeaderElectionTimes {
    std::chrono::seconds leaseDuration{15};            ///< others wait so long after the last change that they saw
    Duration renewDeadline = std::chrono::seconds(10); ///< the leader stops so long after its last renewal began
    Duration retryPeriod = std::chrono::seconds(2);    ///< between renewals, and between attempts

    friend bool operator==(const LeaderElectionTimes &, const LeaderElectionTimes &) = default;
};

/// A leader without rivals holds its lease eight times as long, and renews it twenty times as rarely: what it writes
/// then is next to nothing. The lease says how long it lasts, so that whoever comes later waits as long as it must.
LeaderElectionTimes withoutRivals(LeaderElectionTimes times);

struct LeaderElectionOptions {
    std::string leaseName;
    std::string leaseNamespace = "kube-system";
    /// The same after each start of this server, and no other's: a server that was killed takes its own lease back at
    /// once. Two processes must never have the same one at the same time.
    std::string identity;
    LeaderElectionTimes times = {};
    /// Whether others may want the lease; asked at each renewal. Null: always.
    std::function<bool()> rivals;
};

/// What acts only while it leads. On the elector's executor.
class Elected {
public:
    virtual ~Elected() = default;
    /// Begins to act; called again after each stop().
    virtual void start() = 0;
    /// Returns when nothing acts any more.
    virtual Task<> stop() = 0;
};

/// One of several candidates for a Lease (coordination.k8s.io/v1), of which at most one leads, as client-go's
/// leaderelection has it. Safe when clocks differ or jump: the times in the lease are for people; a candidate measures
/// by its own steady clock how long the lease has not changed. A leader that cannot renew in time stops before others
/// may begin; what it has still on its way is stopped by a FencedClient.
///
/// Reads and writes the one Lease; makes Events about it. Everything on one serial executor.
class LeaderElector {
public:
    LeaderElector(Client &client, Clock &clock, Random &random, Executor executor, LeaderElectionOptions options,
                  Elected &elected);
    LeaderElector(const LeaderElector &) = delete;
    LeaderElector &operator=(const LeaderElector &) = delete;
    ~LeaderElector(); ///< stop() must have ended

    /// Becomes a candidate. A lease that nobody holds, or that was held under this identity, is taken at once.
    void start();
    /// Stops the elected part, then gives the lease free for others.
    Task<> stop();

    /// Whether the elected part may act now.
    bool leads() const;

private:
    Task<> run();
    Task<> attempt();
    Task<Result<>> takeOrRenew();
    Task<Result<>> write(ObjectPtr current);
    Task<> stepDown();
    Task<Result<>> release();
    void observe(const ObjectPtr &lease);
    Duration untilAttempt() const;
    void wakeAfter(Duration duration);

    Client &m_client;
    Clock &m_clock;
    Random &m_random;
    const LeaderElectionOptions m_options;
    Elected &m_elected;
    Gate m_gate;
    EventRecorder m_events;
    Informer m_informer;
    AsyncEvent m_changed;

    ObservedLease m_observed;
    SteadyTime m_validUntil = SteadyTime::min(); ///< by when the lease must have been renewed
    SteadyTime m_nextAttempt{};
    std::optional<SteadyTime> m_wakeAt;
    int m_failures = 0;
    bool m_leading = false;    ///< the elected part was started
    bool m_attempting = false; ///< a request is on its way
    bool m_stopping = false, m_ended = false;
};

} // namespace coracle::client
