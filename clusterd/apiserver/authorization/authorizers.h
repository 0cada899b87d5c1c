#pragma once

#include "clusterd/apiserver/authorization/rbac_authorizer.h"

namespace coracle::apiserver {

/// The API server's authorizer: system:masters may do everything, then Node, then RBAC. The reader must outlive it.
class ClusterAuthorizer : public Authorizer {
public:
    /// For escalation checks.
    virtual const RbacAuthorizer &rbac() const = 0;
};

std::unique_ptr<ClusterAuthorizer> makeAuthorizer(const Reader &reader);

/// 403 in the standard words: `pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace
/// "default"`.
Failure forbiddenFor(const AuthorizationAttributes &attributes, std::string_view reason);

} // namespace coracle::apiserver
