#pragma once

#include "clusterd/appliance/router.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/client/client.h"

namespace coracle::appliance {

/// What the routes of tokens stand on. Everything referred to outlives the router.
struct TokenParts {
    client::Client &client; ///< as an administrator
    Clock &clock;
    Random &random;
    std::string caHash; ///< for the secure form of tokens
    std::string server; ///< where other machines reach this one
};

/// tokens and tokens/{id}: bootstrap tokens, which are Secrets in kube-system, and how machines join with them.
void addTokenRoutes(Router &router, TokenParts parts);

} // namespace coracle::appliance
