#pragma once

#include "clusterd/apiserver/strategy/validators.h"

/// Parts that several kinds of resource.k8s.io have (dynamic resource allocation). Expressions are checked for their
/// length only.
namespace coracle::apiserver {

void validateDeviceSelectors(Checker &check, const FieldPath &path, const JsonObject &owner);
/// A deviceConfiguration's members; `owner` holds them beside its own.
void validateDeviceConfiguration(Checker &check, const FieldPath &path, const JsonObject &owner);
/// [domain/]identifier, as attributes and capacities of devices are named.
void validateDeviceKey(Checker &check, const FieldPath &path, std::string_view key, bool domainNeeded);
void validateDriverName(Checker &check, const FieldPath &path, const JsonObject &owner, std::string_view member);
void validatePoolName(Checker &check, const FieldPath &path, std::string_view name);
void validateDeviceTaint(Checker &check, const FieldPath &path, const JsonObject &taint);

} // namespace coracle::apiserver
