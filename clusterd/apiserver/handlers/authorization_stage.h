#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/handlers/exchange.h"

/// The stages before a request is handled. Each fills or checks one thing of the exchange; a failure is the answer.
namespace coracle::apiserver {

/// Sets the user: of the credentials, or system:anonymous.
Task<Result<>> authenticateStage(Exchange &exchange, Authenticator &authenticator, bool anonymous);

/// Replaces the user by the one of the Impersonate- headers, when the user may (verb impersonate).
Result<> impersonateStage(Exchange &exchange, const Authorizer &authorizer);

/// 403 in the standard words unless the user may do what the request asks for.
Result<> authorizeStage(const Exchange &exchange, const Authorizer &authorizer);

} // namespace coracle::apiserver
