#pragma once

#include "clusterd/cluster/certificates.h"
#include "core/base/random.h"
#include "core/client/client.h"

#include <memory>

namespace coracle::cluster {

/// kube-controller-manager: all controllers on one executor.
class ControllerSet {
public:
    ControllerSet(client::Client &client, const Certificates &certificates, Clock &clock, Random &random,
                  Executor executor);
    ~ControllerSet(); ///< stop() must have ended

    void start();
    Task<> stop();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cluster
