#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authorization/authorizer.h"

namespace coracle::test {

/// Everybody is an administrator.
class OpenAuthenticator final : public apiserver::Authenticator {
public:
    Task<Result<std::optional<apiserver::UserInfo>>> authenticate(const http::Request &) override {
        co_return apiserver::UserInfo{.name = "admin", .groups = {"system:masters", "system:authenticated"}};
    }
    Task<Result<std::optional<apiserver::UserInfo>>> authenticateToken(std::string, std::vector<std::string>) override {
        co_return std::nullopt;
    }
};

class OpenAuthorizer final : public apiserver::Authorizer {
public:
    apiserver::Authorization authorize(const apiserver::AuthorizationAttributes &attributes) const override {
        bool refused = attributes.user.name == "nobody";
        return {refused ? apiserver::Decision::NoOpinion : apiserver::Decision::Allow, {}};
    }
    std::vector<apiserver::EffectiveRule> rulesFor(const apiserver::UserInfo &, std::string_view) const override {
        return {};
    }
};

} // namespace coracle::test
