#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"

#include <vector>

/// The rules for the schemas of CustomResourceDefinitions, with the causes that kube-apiserver gives.
namespace coracle::apiserver {

/// The invariants of a structural schema (apiextensions-apiserver schema/validation): each value has one type outside
/// of logical junctors, which only assert. Causes are sorted.
void validateStructure(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes);

/// What is allowed where in the schema, and how extensions go together
/// (apiextensions validation.ValidateCustomResourceDefinitionOpenAPISchema).
void validateSchemaFields(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes);

/// Defaults are pruned and valid themselves (schema/defaulting/validation).
void validateSchemaDefaults(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes);

} // namespace coracle::apiserver
