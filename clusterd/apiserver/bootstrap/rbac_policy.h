#pragma once

#include "clusterd/apiserver/json_access.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// The RBAC objects of a new cluster (bootstrap policy), by kind.
struct RbacPolicy {
    std::vector<JsonObject> clusterRoles, roles, clusterRoleBindings, roleBindings;
};

RbacPolicy bootstrapPolicy();

} // namespace coracle::apiserver
