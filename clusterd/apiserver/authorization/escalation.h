#pragma once

#include "clusterd/apiserver/authorization/authorizers.h"

/// Nobody may grant what they do not have (pkg/registry/rbac/escalation_check.go).
namespace coracle::apiserver {

/// What is written: resource is roles, clusterroles, rolebindings or clusterrolebindings. old is null on create.
struct RbacWrite {
    const UserInfo &user;
    std::string resource;
    std::string namespaceName, name;
    const JsonObject &object;
    const JsonObject *old = nullptr;
};

/// 403 with what is missing, or 404 when a binding refers to a role that does not exist and the user may not bind it.
Result<> checkRbacWrite(const ClusterAuthorizer &authorizer, const RbacWrite &write);

} // namespace coracle::apiserver
