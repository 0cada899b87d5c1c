#pragma once

#include "clusterd/appliance/data_parts.h"
#include "clusterd/cluster/control_plane.h"

namespace coracle::cluster {

/// Where the appliance API finds files, images and programs in this process. Everything referred to outlives it.
appliance::DataParts applianceData(const ControlPlaneParts &plane, datastore::Backend &backend,
                                   std::function<Result<>()> datastoreHealth);

} // namespace coracle::cluster
