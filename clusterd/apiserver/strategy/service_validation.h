#pragma once

#include "clusterd/apiserver/strategy/validators.h"

/// Validation of Services (pkg/apis/core/validation, pkg/api/service).
namespace coracle::apiserver {

/// The old object is null on create.
void validateService(Checker &check, const JsonObject &service, const JsonObject *old);
void validateServiceUpdate(Checker &check, const JsonObject &service, const JsonObject &old);
void validateServiceStatus(Checker &check, const JsonObject &service);

} // namespace coracle::apiserver
