#pragma once

#include "clusterd/apiserver/strategy/validators.h"

/// Validation of Services (pkg/apis/core/validation).
namespace coracle::apiserver {

void validateService(Checker &check, const JsonObject &service);
void validateServiceUpdate(Checker &check, const JsonObject &service, const JsonObject &old);

} // namespace coracle::apiserver
