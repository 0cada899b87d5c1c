#pragma once

#include "clusterd/apiserver/strategy/validators.h"

/// What webhook configurations, admission policies and custom resource conversion have in common.
namespace coracle::apiserver {

/// A clientConfig: a URL or a Service.
void validateWebhookClient(Checker &check, const FieldPath &path, const JsonObject &config);
/// Which requests are meant (admissionregistration RuleWithOperations).
void validateRuleWithOperations(Checker &check, const FieldPath &path, const JsonObject &rule);
/// Names and presence of match conditions; their expressions are compiled elsewhere.
void validateMatchConditions(Checker &check, const FieldPath &path, const JsonObject &owner);

} // namespace coracle::apiserver
