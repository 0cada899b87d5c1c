#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/client/client.h"

#include <string>
#include <vector>

/// The objects that every cluster has (pkg/controlplane, plugin/pkg/auth/authorizer/rbac/bootstrappolicy). All
/// functions may be called any number of times; they write only what is missing. The client must have system:masters'
/// rights and outlive the call.
namespace coracle::apiserver {

struct BootstrapOptions {
    std::vector<std::string> serverAddresses; ///< where the API servers listen: the endpoints of Service kubernetes
    uint16_t serverPort = 6443;
    std::vector<std::string> serviceIps; ///< of Service kubernetes: the first address of each service range
    std::string clientCaPem;             ///< for extension API servers; empty: left out
    std::string requestHeaderCaPem;
    std::vector<std::string> requestHeaderNames{"system:auth-proxy"}; ///< who may act as front proxy
};

/// Everything below, in the order in which the parts need each other.
Task<Result<>> bootstrapCluster(client::Client &client, BootstrapOptions options);

Task<Result<>> ensureNamespaces(client::Client &client);
/// Roles and bindings; those with annotation rbac.authorization.kubernetes.io/autoupdate=true get back what they lack.
Task<Result<>> ensureRbac(client::Client &client);
Task<Result<>> ensurePriorityClasses(client::Client &client);
Task<Result<>> ensureFlowControl(client::Client &client);
/// ConfigMap kube-system/extension-apiserver-authentication.
Task<Result<>> ensureAuthenticationConfig(client::Client &client, BootstrapOptions options);
/// Service default/kubernetes with its Endpoints and EndpointSlice. The addresses replace those that are there.
Task<Result<>> ensureKubernetesService(client::Client &client, BootstrapOptions options);

/// Gives every ClusterRole with an aggregationRule the rules of the ClusterRoles that it selects.
Task<Result<>> aggregateClusterRoles(client::Client &client);
/// The rules of the ClusterRoles that the role selects, by name and without duplicates.
JsonArray aggregatedRules(const JsonObject &clusterRole, const std::vector<JsonObject> &clusterRoles);

/// What reconciling makes of a role or binding: nothing when it has all it needs. A binding to another role cannot be
/// changed in place: it must be made anew.
struct RbacChange {
    std::optional<JsonObject> updated;
    bool recreate = false;
};
RbacChange reconcileRbac(const JsonObject &stored, const JsonObject &wanted);

} // namespace coracle::apiserver
