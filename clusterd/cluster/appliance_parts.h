#pragma once

#include "clusterd/appliance/appliance.h"
#include "clusterd/cluster/control_plane.h"
#include "clusterd/datastore/backend.h"

namespace coracle::cluster {

/// What the control plane has for the appliance API. Everything referred to outlives it.
struct ApplianceSources {
    const ControlPlaneParts &plane;
    client::Client &client; ///< as an administrator
    const apiserver::Reader &reader;
    apiserver::Authenticator &authenticator;
    Executor executor;
    std::function<bool()> apiReady;
    std::function<Result<>()> datastoreHealth;
    datastore::Backend &backend;
};

/// Puts together what the appliance API stands on in this process.
Result<appliance::ApplianceParts> applianceParts(ApplianceSources sources);

} // namespace coracle::cluster
