#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/router.h"
#include "core/client/client.h"

namespace coracle::appliance {

/// What the routes of nodes stand on. Everything referred to outlives the router.
struct NodeRouteParts {
    client::Client &client; ///< as an administrator
    const apiserver::Reader &reader;
    Clock &clock;
    Operations &operations;
    std::string ownNode;             ///< of this machine; empty: none
    std::function<bool()> mayReboot; ///< the daemon runs as the machine's service
    std::function<Result<>()> reboot;
};

/// nodes/{name}/cordon, uncordon, drain and reboot.
void addNodeRoutes(Router &router, NodeRouteParts parts);

} // namespace coracle::appliance
