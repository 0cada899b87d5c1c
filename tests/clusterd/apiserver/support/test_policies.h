#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/authorization/authorizers.h"

namespace coracle::test {

/// Everybody is an administrator, but for who says "Bearer guest".
class OpenAuthenticator final : public apiserver::Authenticator {
public:
    Task<Result<std::optional<apiserver::UserInfo>>> authenticate(const http::Request &request) override {
        if (request.headers.get("Authorization") == "Bearer guest")
            co_return apiserver::UserInfo{.name = "guest", .groups = {"system:authenticated"}};
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

/// The same for parts that ask RBAC too.
class OpenClusterAuthorizer final : public apiserver::ClusterAuthorizer {
public:
    explicit OpenClusterAuthorizer(const apiserver::Reader &reader) : m_rbac(reader) {}
    apiserver::Authorization authorize(const apiserver::AuthorizationAttributes &) const override {
        return {apiserver::Decision::Allow, {}};
    }
    std::vector<apiserver::EffectiveRule> rulesFor(const apiserver::UserInfo &, std::string_view) const override {
        return {};
    }
    const apiserver::RbacAuthorizer &rbac() const override { return m_rbac; }

private:
    apiserver::RbacAuthorizer m_rbac;
};

} // namespace coracle::test
