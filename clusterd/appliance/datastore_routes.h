#pragma once

#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/router.h"

namespace coracle::appliance {

/// GET datastore, POST datastore/compact. What is referred to outlives the router.
void addDatastoreRoutes(Router &router, const DataParts &parts, Operations &operations, Clock &clock);

} // namespace coracle::appliance
