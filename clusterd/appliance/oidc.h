#pragma once

#include "clusterd/appliance/configuration.h"
#include "clusterd/appliance/restarter.h"
#include "clusterd/appliance/router.h"

namespace coracle::appliance {

/// oidc and oidc/validate: the identity provider, as options oidc and kube-apiserver-arg of the configuration. What is
/// referred to outlives the router.
void addOidcRoutes(Router &router, const ConfigurationSource &source, Restarter &restarter);

} // namespace coracle::appliance
