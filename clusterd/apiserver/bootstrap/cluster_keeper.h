#pragma once

#include "clusterd/apiserver/bootstrap/bootstrap.h"
#include "clusterd/apiserver/bootstrap/service_repair.h"
#include "core/base/async_event.h"
#include "core/base/gate.h"
#include "core/base/random.h"

#include <functional>
#include <vector>

namespace coracle::apiserver {

struct KeeperOptions {
    BootstrapOptions bootstrap;
    ServiceNetworks networks;
    std::string hostname; ///< of the server, for its identity Lease
};

/// Makes the objects that every cluster has when the API server starts, and keeps them against loss and tampering
/// while it runs: namespaces, the default ServiceCIDR, Service kubernetes and its endpoints, the server's identity
/// Lease, the IPAddresses of Services. All calls on one serial executor, that of the API server's hooks.
class ClusterKeeper {
public:
    ClusterKeeper(client::Client &client, const Reader &reader, Clock &clock, Random &random, Executor executor,
                  KeeperOptions options);
    ~ClusterKeeper(); ///< stop() must have ended

    struct Hook {
        std::string name; ///< kube-apiserver's, for /readyz
        std::function<Task<Result<>>()> run;
    };
    /// For ApiServer::addPostStartHook: one does the work, the others tell how far it has come.
    std::vector<Hook> hooks();

    /// One round of what is kept: tests call it in place of waiting.
    Task<Result<>> keep();
    Task<> stop();

private:
    enum class Step { Nothing, Namespaces, Roles, PriorityClasses, FlowControl, Authentication, Services, Leases };

    Task<Result<>> bootstrap();
    Task<Result<>> reached(Step step);
    void reach(Step step);
    Task<> loop();

    client::Client &m_client;
    Clock &m_clock;
    const KeeperOptions m_options;
    const std::string m_holder; ///< this run of the server
    Gate m_gate;
    client::EventRecorder m_events;
    ServiceRepair m_repair;
    AsyncEvent m_changed;
    Step m_step = Step::Nothing;
    uint64_t m_rounds = 0;
    bool m_looping = false;
};

} // namespace coracle::apiserver
