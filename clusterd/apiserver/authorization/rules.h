#pragma once

#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/json_access.h"

/// RBAC rules (rbac.authorization.k8s.io PolicyRule) and what they allow.
namespace coracle::apiserver {

using Rule = EffectiveRule;

Rule ruleFromJson(const JsonObject &rule);
/// The member `rules` of a Role or ClusterRole.
std::vector<Rule> rulesFromJson(const JsonObject &role);
JsonObject ruleToJson(const Rule &rule);

bool ruleAllows(const Rule &rule, const AuthorizationAttributes &attributes);

/// The rules that no owned rule covers; each is split to one verb, group, resource and name first, so that the answer
/// says exactly what is missing.
std::vector<Rule> uncovered(const std::vector<Rule> &owned, const std::vector<Rule> &wanted);

/// `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`.
std::string describe(const Rule &rule);
/// Joins rules that differ in their verbs only, for a shorter list.
std::vector<Rule> compacted(std::vector<Rule> rules);

} // namespace coracle::apiserver
