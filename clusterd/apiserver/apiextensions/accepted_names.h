#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/base/clock.h"

#include <vector>

namespace coracle::apiserver {

/// Which of a definition's names it gets, given those that the other definitions of its group have (upstream's naming
/// controller). Sets status.acceptedNames and the conditions NamesAccepted and Established. True when something
/// changed.
bool acceptNames(JsonObject &definition, const std::vector<JsonObject> &others, WallTime now);

} // namespace coracle::apiserver
