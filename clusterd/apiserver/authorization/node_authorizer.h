#pragma once

#include "clusterd/apiserver/authorization/rbac_authorizer.h"

namespace coracle::apiserver {

/// What kubelets may do: on objects that hang together with pods of their own node, only those; the rest by the rules
/// of ClusterRole system:node (plugin/pkg/auth/authorizer/node). It allows or has no opinion.
class NodeAuthorizer final : public Authorizer {
public:
    /// Both must outlive it.
    NodeAuthorizer(const Reader &reader, const RbacAuthorizer &rbac);
    ~NodeAuthorizer() override;

    Authorization authorize(const AuthorizationAttributes &attributes) const override;
    std::vector<EffectiveRule> rulesFor(const UserInfo &, std::string_view) const override { return {}; }

private:
    class References;

    bool podOnNode(std::string_view node, std::string_view namespaceName, std::string_view name) const;
    bool volumeOnNode(std::string_view node, std::string_view name) const;
    bool attachmentOnNode(std::string_view node, std::string_view name) const;
    Authorization check(const AuthorizationAttributes &attributes, std::string_view node) const;
    bool usesObject(std::string_view node, const AuthorizationAttributes &attributes) const;
    Authorization ownObjects(const AuthorizationAttributes &attributes, std::string_view node) const;
    Authorization staticRules(const AuthorizationAttributes &attributes) const;

    const Reader &m_reader;
    const RbacAuthorizer &m_rbac;
    std::unique_ptr<References> m_references;
};

/// The node's name when the user is a kubelet: user system:node:<name> in group system:nodes; else empty.
std::string_view nodeNameOf(const UserInfo &user);

} // namespace coracle::apiserver
