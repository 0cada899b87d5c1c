#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/base/clock.h"
#include "core/client/client.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// The ServiceCIDR "kubernetes" holds the configured networks and is ready. A second family that was configured later
/// is added; networks that are otherwise different stay, and the error says so.
Task<Result<>> ensureServiceCidr(client::Client &client, std::vector<std::string> cidrs, WallTime now);

} // namespace coracle::apiserver
