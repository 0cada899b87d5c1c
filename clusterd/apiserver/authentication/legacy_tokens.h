#pragma once

#include "clusterd/apiserver/json_access.h"

#include <string>
#include <string_view>

/// The tokens in Secrets of type kubernetes.io/service-account-token: they do not expire, but hold as long as the
/// Secret and its account are there (pkg/serviceaccount legacy).
namespace coracle::apiserver {

inline constexpr std::string_view kLegacyIssuer = "kubernetes/serviceaccount";

/// What such a token says.
struct LegacyClaims {
    std::string namespaceName, secret, account, accountUid;

    static LegacyClaims from(const JsonObject &claims);
    JsonObject json() const;
};

} // namespace coracle::apiserver
