#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/result.h"

namespace coracle::apiserver {

/// Sub-resources that reach into nodes and pods: log, exec, attach, portforward, proxy.
class ConnectHandlers {
public:
    virtual ~ConnectHandlers() = default;
    /// The request was authorized. An error is sent to the client when no response has begun.
    virtual Task<Result<>> handle(Exchange &exchange, RequestScope &scope) = 0;
};

} // namespace coracle::apiserver
