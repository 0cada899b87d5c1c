#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/registry/request_scope.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Where a proxy request goes. The name in the URL is "[scheme:]name[:port]".
struct ProxyTarget {
    api::ObjectPtr node; ///< of nodes/proxy: its kubelet; else null
    std::string host;
    uint16_t port = 0;
    bool tls = false;

    static Result<ProxyTarget> of(const RequestScope &scope, const Reader &reader);
};

/// The part of a request target that the proxied server sees, still encoded: what follows ".../proxy", and the query.
std::string proxyPath(std::string_view rawTarget, bool namespaced);

} // namespace coracle::apiserver
