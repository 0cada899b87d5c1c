#pragma once

#include "clusterd/cluster/certificates.h"
#include "core/base/random.h"
#include "core/client/client.h"
#include "core/config/cidr.h"
#include "core/config/controller_manager_arguments.h"

#include <memory>

namespace coracle::cluster {

/// What the controllers are told by the configuration.
struct ControllerSettings {
    std::vector<config::Cidr> clusterCidrs; ///< nodes get their pods' networks out of these
    config::ControllerManagerArguments arguments;
    bool localStorage = true;     ///< the packaged component of that name
    std::string localStoragePath; ///< where its volumes lie on nodes that its ConfigMap does not list
};

/// kube-controller-manager: all controllers on one executor.
class ControllerSet {
public:
    ControllerSet(client::Client &client, const Certificates &certificates, Clock &clock, Random &random,
                  Executor executor, ControllerSettings settings = ControllerSettings());
    ~ControllerSet(); ///< stop() must have ended

    void start();
    Task<> stop();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cluster
