#include "clusterd/apiserver/bootstrap/cluster_keeper.h"

#include "clusterd/apiserver/bootstrap/identity_lease.h"
#include "clusterd/apiserver/bootstrap/service_cidr.h"
#include "core/base/log.h"

namespace coracle::apiserver {

namespace {

constexpr auto kRound = std::chrono::seconds(10);
// In rounds:
constexpr uint64_t kNamespacesEvery = 6, kRepairEvery = 18, kExpiredEvery = 60;

} // namespace

ClusterKeeper::ClusterKeeper(client::Client &client, const Reader &reader, Clock &clock, Random &random,
                             Executor executor, KeeperOptions options)
    : m_client(client),
      m_clock(clock),
      m_options(std::move(options)),
      m_holder(apiserverIdentity(m_options.hostname) + "_" + random.uuid()),
      m_gate(executor),
      m_events(client, clock, m_gate, "service-ip-repair-controller"),
      m_repair(client, reader, clock, m_events, m_options.networks),
      m_changed(executor) {}

ClusterKeeper::~ClusterKeeper() = default;

std::vector<ClusterKeeper::Hook> ClusterKeeper::hooks() {
    std::vector<Hook> hooks;
    hooks.push_back({"bootstrap-controller", [this] { return bootstrap(); }});
    const std::pair<const char *, Step> steps[] = {
        {"start-system-namespaces-controller", Step::Namespaces},
        {"rbac/bootstrap-roles", Step::Roles},
        {"scheduling/bootstrap-system-priority-classes", Step::PriorityClasses},
        {"priority-and-fairness-config-producer", Step::FlowControl},
        {"start-cluster-authentication-info-controller", Step::Authentication},
        {"start-kubernetes-service-cidr-controller", Step::Services},
        {"start-service-ip-repair-controllers", Step::Services},
        {"start-kube-apiserver-identity-lease-controller", Step::Leases},
        {"start-kube-apiserver-identity-lease-garbage-collector", Step::Leases}};
    for (const auto &[name, step] : steps)
        hooks.push_back({name, [this, step] { return reached(step); }});
    return hooks;
}

void ClusterKeeper::reach(Step step) {
    if (step > m_step)
        m_step = step;
    m_changed.notifyAll();
}

Task<Result<>> ClusterKeeper::reached(Step step) {
    while (m_step < step && !m_gate.closed())
        co_await m_changed.wait();
    co_return Result<>{};
}

Task<Result<>> ClusterKeeper::bootstrap() {
    CO_CHECK(co_await ensureNamespaces(m_client));
    reach(Step::Namespaces);
    CO_CHECK(co_await ensureRbac(m_client));
    reach(Step::Roles);
    CO_CHECK(co_await ensurePriorityClasses(m_client));
    reach(Step::PriorityClasses);
    CO_CHECK(co_await ensureFlowControl(m_client));
    reach(Step::FlowControl);
    CO_CHECK(co_await ensureAuthenticationConfig(m_client, m_options.bootstrap));
    reach(Step::Authentication);
    CO_CHECK(co_await ensureServiceCidr(m_client, m_options.networks.cidrs, m_clock.now()));
    CO_CHECK(co_await m_repair.run()); // first, so that no stale address is in the way of Service kubernetes
    CO_CHECK(co_await ensureKubernetesService(m_client, m_options.bootstrap));
    reach(Step::Services);
    CO_CHECK(co_await renewIdentityLease(m_client, m_options.hostname, m_holder, m_clock.now()));
    CO_CHECK(co_await removeExpiredIdentityLeases(m_client, m_clock.now()));
    reach(Step::Leases);
    if (!std::exchange(m_looping, true))
        m_gate.spawn([this] { return loop(); });
    co_return Result<>{};
}

Task<> ClusterKeeper::loop() {
    while (!m_gate.closed() && co_await m_clock.sleep(kRound)) {
        auto kept = co_await keep();
        if (!kept && !isConflict(kept.error()))
            log::warning("apiserver", "cannot keep the cluster's own objects: {}", kept.error().message);
    }
}

Task<Result<>> ClusterKeeper::keep() {
    const uint64_t round = ++m_rounds;
    // First, because nothing else depends on it and others watch it.
    CO_CHECK(co_await renewIdentityLease(m_client, m_options.hostname, m_holder, m_clock.now()));
    if (round % kNamespacesEvery == 0)
        CO_CHECK(co_await ensureNamespaces(m_client));
    CO_CHECK(co_await ensureServiceCidr(m_client, m_options.networks.cidrs, m_clock.now()));
    CO_CHECK(co_await ensureKubernetesService(m_client, m_options.bootstrap));
    if (round % kRepairEvery == 0)
        CO_CHECK(co_await m_repair.run());
    if (round % kExpiredEvery == 0)
        CO_CHECK(co_await removeExpiredIdentityLeases(m_client, m_clock.now()));
    co_return Result<>{};
}

Task<> ClusterKeeper::stop() {
    m_changed.notifyAll();
    co_await m_gate.close();
}

} // namespace coracle::apiserver
