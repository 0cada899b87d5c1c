#include "clusterd/apiserver/handlers/authorization_stage.h"

#include "clusterd/apiserver/anonymous_user.h"
#include "clusterd/apiserver/authentication/reviews.h"
#include "clusterd/apiserver/authorization/authorizers.h"
#include "core/base/log.h"

namespace coracle::apiserver {

Task<Result<>> authenticateStage(Exchange &exchange, Authenticator &authenticator, bool anonymous) {
    auto user = co_await authenticator.authenticate(exchange.request);
    if (!user) {
        // The client learns nothing but that, whatever is wrong with its credentials; who runs the server finds the
        // rest.
        log::info("apiserver", "a request from {} cannot be authenticated: {}",
                  exchange.request.peer ? exchange.request.peer->address : "?", user.error().message);
        co_return errors::unauthorized();
    }
    if (!*user && !anonymous)
        co_return errors::unauthorized();
    if (*user)
        exchange.user = std::move(**user);
    else
        exchange.user = anonymousUser();
    co_return Result<>{};
}

Result<> impersonateStage(Exchange &exchange, const Authorizer &authorizer) {
    TRY(std::optional<UserInfo> wanted, impersonatedUser(authorizer, exchange.user, exchange.request.headers));
    if (wanted)
        exchange.user = std::move(*wanted);
    return {};
}

Result<> authorizeStage(const Exchange &exchange, const Authorizer &authorizer) {
    const RequestInfo &info = exchange.info;
    AuthorizationAttributes asked{.user = exchange.user,
                                  .verb = info.verb,
                                  .namespaceName = info.namespaceName,
                                  .group = info.group,
                                  .version = info.version,
                                  .resource = info.resource,
                                  .subresource = info.subresource,
                                  .name = info.name,
                                  .isResource = info.isResource,
                                  .path = info.path};
    Authorization answer = authorizer.authorize(asked);
    if (answer.decision == Decision::Allow)
        return {};
    return forbiddenFor(asked, answer.reason);
}

} // namespace coracle::apiserver
