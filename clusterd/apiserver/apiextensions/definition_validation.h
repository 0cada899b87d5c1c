#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/base/result.h"

#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// The rules for CustomResourceDefinitions (apiextensions validation), with their causes. The definition is a canonical
/// apiextensions.k8s.io/v1 object with defaults.
void validateDefinition(const JsonObject &definition, std::vector<StatusCause> &causes);
void validateDefinitionUpdate(const JsonObject &definition, const JsonObject &old, std::vector<StatusCause> &causes);
void validateDefinitionStatus(const JsonObject &definition, std::vector<StatusCause> &causes);

/// The condition's status is True.
bool hasTrueCondition(const JsonObject &definition, std::string_view type);
/// Groups that the Kubernetes community owns; their definitions need an approval.
bool isProtectedGroup(std::string_view group);
/// The versions' schemas are structural; otherwise why not, as one text.
std::string structureViolations(const JsonObject &definition);

} // namespace coracle::apiserver
