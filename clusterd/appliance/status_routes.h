#pragma once

#include "clusterd/appliance/notices.h"
#include "clusterd/appliance/router.h"
#include "clusterd/appliance/status.h"
#include "clusterd/appliance/ticker.h"
#include "clusterd/appliance/trial.h"

namespace coracle::appliance {

/// What is referred to outlives the router.
struct StatusRouteParts {
    const StatusParts &status;
    const Trial &trial;
    Ticker &ticker;
    Notices &notices;
    WallTime startedAt; ///< of the process
};

/// The index, openapi.json, status and notices.
void addStatusRoutes(Router &router, StatusRouteParts parts);

} // namespace coracle::appliance
