#include "core/client/leader_election.h"

#include "core/api/typed.h"
#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::client {

namespace {

constexpr int kAloneLonger = 8, kAloneRarer = 20;
constexpr double kJitter = 0.2; ///< so that candidates don't meet again and again
constexpr Duration kLongest = std::chrono::hours(1), kFirstRetry = std::chrono::milliseconds(20);

const ResourceInfo &leases() {
    return coordinationv1::Lease::resource();
}

} // namespace

LeaderElectionTimes withoutRivals(LeaderElectionTimes times) {
    return {.leaseDuration = times.leaseDuration * kAloneLonger,
            .renewDeadline = times.renewDeadline * kAloneLonger,
            .retryPeriod = times.retryPeriod * kAloneRarer};
}

LeaderElector::LeaderElector(Client &client, Clock &clock, Random &random, Executor executor,
                             LeaderElectionOptions options, Elected &elected)
    : m_client(client),
      m_clock(clock),
      m_random(random),
      m_options(std::move(options)),
      m_elected(elected),
      m_gate(executor),
      m_events(client, clock, m_gate, m_options.leaseName, m_options.identity),
      m_informer(client, leases(), clock, m_options.leaseNamespace, {}, "metadata.name=" + m_options.leaseName),
      m_changed(executor) {
    m_informer.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        observe(after);
        m_changed.notifyAll();
    });
}

LeaderElector::~LeaderElector() = default;

bool LeaderElector::leads() const {
    return m_leading && m_clock.steadyNow() < m_validUntil;
}

void LeaderElector::start() {
    m_informer.start(m_gate);
    m_gate.spawn([this] { return run(); });
}

Task<> LeaderElector::stop() {
    m_stopping = true;
    m_changed.notifyAll();
    while (!m_ended && !m_gate.closed())
        co_await m_changed.wait();
    co_await m_gate.close();
}

void LeaderElector::observe(const ObjectPtr &lease) {
    if (!lease)
        return m_observed.seeNone(m_clock.steadyNow());
    if (auto decoded = api::decode<coordinationv1::Lease>(*lease))
        m_observed.see(lease->resourceVersion(), decoded->metadata.uid, decoded->spec, m_clock.steadyNow());
}

Task<> LeaderElector::run() {
    while (!m_stopping) {
        const bool valid = m_clock.steadyNow() < m_validUntil;
        if (m_leading && !valid) {
            log::warning("leader-election", "{} lost the lease {}", m_options.identity, m_options.leaseName);
            co_await stepDown();
            continue;
        }
        if (!m_leading && valid) {
            log::info("leader-election", "{} became leader of {}", m_options.identity, m_options.leaseName);
            m_leading = true;
            m_elected.start();
        }
        if (!m_attempting && untilAttempt() <= Duration::zero()) {
            m_attempting = true;
            m_gate.spawn([this] { return attempt(); });
        }
        const Duration untilLost = m_leading ? m_validUntil - m_clock.steadyNow() : kLongest;
        // While a request is on its way the sleeper of the next attempt serves: there is never more than one or two.
        wakeAfter(std::min(untilLost, m_attempting ? m_options.times.retryPeriod : untilAttempt()));
        co_await m_changed.wait();
    }
    if (m_leading)
        co_await stepDown();
    auto released = co_await release();
    if (!released && isConflict(released.error())) // a renewal was on its way
        released = co_await release();
    if (!released && !isNotFound(released.error()))
        log::warning("leader-election", "lease {} is not given free: {}", m_options.leaseName,
                     released.error().message);
    m_ended = true;
    m_changed.notifyAll();
}

Duration LeaderElector::untilAttempt() const {
    SteadyTime next = m_nextAttempt;
    if (!m_leading)
        next = std::max(next, m_observed.freeFor(m_options.identity));
    return next - m_clock.steadyNow();
}

/// One sleeper at a time; one that wakes too early finds nothing to do.
void LeaderElector::wakeAfter(Duration duration) {
    const SteadyTime at = m_clock.steadyNow() + std::clamp(duration, Duration::zero(), kLongest);
    if (m_wakeAt && *m_wakeAt <= at)
        return;
    m_wakeAt = at;
    m_gate.spawn([this, at]() -> Task<> {
        auto slept = co_await m_clock.sleep(at - m_clock.steadyNow());
        if (!slept)
            co_return;
        if (m_wakeAt == at)
            m_wakeAt.reset();
        m_changed.notifyAll();
    });
}

Task<> LeaderElector::attempt() {
    auto done = co_await takeOrRenew();
    if (done) {
        m_failures = 0;
    } else {
        // Soon at first: a server that starts has not made the namespace yet.
        const Duration pause = std::min(m_options.times.retryPeriod, kFirstRetry * (1 << std::min(m_failures++, 16)));
        const double jitter = 1 + kJitter * static_cast<double>(m_random.below(1000)) / 1000;
        m_nextAttempt = m_clock.steadyNow() + std::chrono::duration_cast<Duration>(pause * jitter);
        if (!isConflict(done.error()) && pause >= m_options.times.retryPeriod)
            log::warning("leader-election", "lease {}: {}", m_options.leaseName, done.error().message);
    }
    m_attempting = false;
    m_changed.notifyAll();
}

Task<Result<>> LeaderElector::takeOrRenew() {
    auto got = co_await m_client.get(leases(), m_options.leaseNamespace, m_options.leaseName);
    if (!got && !isNotFound(got.error()))
        co_return std::unexpected(got.error());
    if (m_stopping)
        co_return Result<>{};
    const ObjectPtr current = got ? *got : nullptr;
    observe(current);
    if (m_observed.freeFor(m_options.identity) > m_clock.steadyNow()) {
        if (m_leading) // somebody took it, by force or because they could not see us
            m_validUntil = SteadyTime::min();
        co_return Result<>{};
    }
    co_return co_await write(current);
}

Task<Result<>> LeaderElector::write(ObjectPtr current) {
    const bool alone = m_options.rivals && !m_options.rivals();
    const LeaderElectionTimes times = alone ? withoutRivals(m_options.times) : m_options.times;
    coordinationv1::Lease lease;
    if (current) {
        CO_TRY(lease, api::decode<coordinationv1::Lease>(*current));
    }
    lease.metadata.name = m_options.leaseName;
    lease.metadata.namespace_ = m_options.leaseNamespace;
    const bool fresh = lease.spec.holderIdentity != m_options.identity;
    lease.spec = heldLease(lease.spec, m_options.identity, times.leaseDuration, m_clock.now());
    const SteadyTime began = m_clock.steadyNow(), validUntil = began + times.renewDeadline;
    // Whatever becomes of the answer: from now on the lease may say this duration.
    if (m_leading)
        m_validUntil = std::min(m_validUntil, validUntil);
    std::string body = api::encode(lease);
    Result<ObjectPtr> written;
    if (current)
        written = co_await m_client.update(leases(), m_options.leaseNamespace, m_options.leaseName, std::move(body));
    else
        written = co_await m_client.create(leases(), m_options.leaseNamespace, std::move(body));
    if (!written)
        co_return std::unexpected(written.error());
    observe(*written);
    m_validUntil = validUntil;
    m_nextAttempt = began + times.retryPeriod;
    if (fresh)
        m_events.event(ObjectReference::to(**written), EventKind::Normal, "LeaderElection",
                       m_options.identity + " became leader");
    co_return Result<>{};
}

Task<> LeaderElector::stepDown() {
    m_leading = false; // from here on a FencedClient refuses
    m_validUntil = SteadyTime::min();
    co_await m_elected.stop();
}

Task<Result<>> LeaderElector::release() {
    CO_TRY(const ObjectPtr current, co_await m_client.get(leases(), m_options.leaseNamespace, m_options.leaseName));
    CO_TRY(coordinationv1::Lease lease, api::decode<coordinationv1::Lease>(*current));
    if (lease.spec.holderIdentity != m_options.identity)
        co_return Result<>{};
    lease.spec = releasedLease(lease.spec, m_clock.now());
    std::string body = api::encode(lease);
    CO_CHECK(co_await m_client.update(leases(), m_options.leaseNamespace, m_options.leaseName, std::move(body)));
    co_return Result<>{};
}

} // namespace coracle::client
