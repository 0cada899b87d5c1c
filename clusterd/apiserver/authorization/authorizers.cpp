#include "clusterd/apiserver/authorization/authorizers.h"

#include "clusterd/apiserver/authorization/node_authorizer.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

class Chain final : public ClusterAuthorizer {
public:
    explicit Chain(const Reader &reader) : m_rbac(reader), m_node(reader, m_rbac) {}

    Authorization authorize(const AuthorizationAttributes &attributes) const override {
        if (attributes.user.inGroup(kSystemMasters))
            return {Decision::Allow, {}};
        Authorization node = m_node.authorize(attributes);
        if (node.decision != Decision::NoOpinion)
            return node;
        Authorization rbac = m_rbac.authorize(attributes);
        if (rbac.decision == Decision::NoOpinion && !node.reason.empty())
            rbac.reason = rbac.reason.empty() ? node.reason : node.reason + ", " + rbac.reason;
        return rbac;
    }

    std::vector<EffectiveRule> rulesFor(const UserInfo &user, std::string_view namespaceName) const override {
        std::vector<EffectiveRule> rules;
        if (user.inGroup(kSystemMasters)) {
            rules.push_back({.verbs = {"*"}, .groups = {"*"}, .resources = {"*"}});
            rules.push_back({.verbs = {"*"}, .nonResourceUrls = {"*"}});
        }
        for (EffectiveRule &rule : m_rbac.rulesFor(user, namespaceName))
            rules.push_back(std::move(rule));
        return rules;
    }

    const RbacAuthorizer &rbac() const override { return m_rbac; }

private:
    RbacAuthorizer m_rbac;
    NodeAuthorizer m_node;
};

} // namespace

std::unique_ptr<ClusterAuthorizer> makeAuthorizer(const Reader &reader) {
    return std::make_unique<Chain>(reader);
}

Failure forbiddenFor(const AuthorizationAttributes &attributes, std::string_view reason) {
    std::string message;
    if (!attributes.isResource) {
        message =
            fmt::format("User \"{}\" cannot {} path \"{}\"", attributes.user.name, attributes.verb, attributes.path);
    } else {
        message = fmt::format(
            "User \"{}\" cannot {} resource \"{}{}{}\" in API group \"{}\" {}", attributes.user.name, attributes.verb,
            attributes.resource, attributes.subresource.empty() ? "" : "/", attributes.subresource, attributes.group,
            attributes.namespaceName.empty() ? "at the cluster scope"
                                             : fmt::format("in the namespace \"{}\"", attributes.namespaceName));
    }
    if (!reason.empty())
        message += fmt::format(": {}", reason);
    return attributes.isResource
               ? errors::forbidden(attributes.resource, attributes.group, attributes.name, std::move(message))
               : errors::forbidden({}, {}, {}, std::move(message));
}

} // namespace coracle::apiserver
