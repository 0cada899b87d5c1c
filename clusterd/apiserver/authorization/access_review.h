#pragma once

#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/json_access.h"

/// The review kinds of authorization.k8s.io/v1. Each takes the posted object, answers into its status and returns it.
namespace coracle::apiserver {

/// SubjectAccessReview, LocalSubjectAccessReview (namespaceName: of the URL) and SelfSubjectAccessReview (the caller
/// asks about itself). 422 or 400 when the spec is not complete.
Result<JsonObject> reviewAccess(const Authorizer &authorizer, JsonObject review);
Result<JsonObject> reviewLocalAccess(const Authorizer &authorizer, JsonObject review, std::string_view namespaceName);
Result<JsonObject> reviewOwnAccess(const Authorizer &authorizer, JsonObject review, const UserInfo &user);

/// SelfSubjectRulesReview: what `kubectl auth can-i --list` shows.
Result<JsonObject> reviewOwnRules(const Authorizer &authorizer, JsonObject review, const UserInfo &user);

} // namespace coracle::apiserver
