#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/base/clock.h"

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// One condition of a CustomResourceDefinition's status.
struct Condition {
    std::string_view type, status, reason;
    std::string message;
};

/// Sets the condition; its time changes only with its status. False when it was there already.
bool setCondition(JsonObject &definition, const Condition &condition, WallTime now);
/// False when it was not there.
bool removeCondition(JsonObject &definition, std::string_view type);

} // namespace coracle::apiserver
