#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/json_access.h"

/// The review kinds of authentication.k8s.io/v1, and impersonation.
namespace coracle::apiserver {

/// TokenReview: answers into its status.
Task<Result<JsonObject>> reviewToken(Authenticator &authenticator, JsonObject review);
/// SelfSubjectReview: `kubectl auth whoami`.
JsonObject reviewSelf(JsonObject review, const UserInfo &user);
JsonObject toJson(const UserInfo &user);

/// The user that a request wants to be taken for (Impersonate-User and the like); nothing when it wants none. 403 when
/// the real user may not impersonate all of it, 400 when groups are asked for without a user.
Result<std::optional<UserInfo>> impersonatedUser(const Authorizer &authorizer, const UserInfo &user,
                                                 const http::Headers &headers);

} // namespace coracle::apiserver
