#pragma once

#include "core/api/types/resource_v1.h"
#include "core/base/clock.h"

#include <optional>
#include <vector>

namespace coracle::controllers {

/// When the users of a device with these taints must go: nothing means never. Only NoExecute counts; a taint that is
/// tolerated for a time counts from its timeAdded, or from `since` where the driver doesn't tell that.
std::optional<WallTime> evictionTime(const std::vector<resourcev1::DeviceTaint> &taints,
                                     const std::vector<resourcev1::DeviceToleration> &tolerations, WallTime since);

} // namespace coracle::controllers
