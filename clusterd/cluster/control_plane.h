#pragma once

#include "clusterd/apiserver/user.h"
#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/credentials.h"
#include "clusterd/cluster/launch.h"
#include "clusterd/cluster/paths.h"
#include "core/base/random.h"
#include "core/client/leader_election.h"

#include <memory>

namespace coracle::cluster {

/// What the control plane stands on. Everything referred to outlives it.
struct ControlPlaneParts {
    const config::ServerConfig &config;
    const Paths &paths;
    const Certificates &certificates;
    const Tokens &tokens;
    const Launch &launch;
    std::function<void()> restart; ///< ends the process and starts it again; from any thread
    std::string nodeName;
    const std::vector<std::string> &nodeAddresses;
    std::string advertiseAddress;
    std::string identity; ///< under which this server leads; see serverIdentity()
    Clock &clock;
    Random &random;
    Executor apiExecutor;     ///< requests run here; may have several threads
    Executor controlExecutor; ///< controllers and scheduler run here; serial
};

/// Datastore, API server, controllers and scheduler of one server, started in this order and stopped in reverse.
class ControlPlane {
public:
    explicit ControlPlane(ControlPlaneParts parts);
    ~ControlPlane(); ///< stop() must have ended

    /// On the control executor.
    Task<Result<>> start();
    Task<> stop();

    /// The port that the API listens on.
    uint16_t port() const;
    /// In-process access to the API as this user. The control plane must outlive it.
    std::unique_ptr<client::Client> client(apiserver::UserInfo user);

private:
    Result<> startDatastore();
    void startEtcd();
    Result<> makeApiServer();
    Result<> makeAdmission();
    Task<Result<>> startApiServer();
    void serveMetrics();
    Result<> makeAppliance();
    Result<> listen();
    client::LeaderElectionOptions election(const config::LeaderElectionArguments &arguments, std::string component);
    void startControllers();
    Result<> startScheduler();

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cluster
