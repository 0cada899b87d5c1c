#pragma once

#include "clusterd/apiserver/user.h"
#include "core/base/task.h"
#include "core/http/server.h"

#include <memory>
#include <optional>

namespace coracle::apiserver {

/// Finds out who makes a request: client certificate, bearer token, unix-socket peer. Nothing: the request carries no
/// credentials (the caller makes it system:anonymous or answers 401). An error: credentials that are wrong (401).
/// Results carry the group system:authenticated. Thread-safe.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    virtual Task<Result<std::optional<UserInfo>>> authenticate(const http::Request &request) = 0;
    /// For TokenReview: the user of a bearer token; audiences empty: the API server's own.
    virtual Task<Result<std::optional<UserInfo>>> authenticateToken(std::string token,
                                                                    std::vector<std::string> audiences) = 0;
};

} // namespace coracle::apiserver
