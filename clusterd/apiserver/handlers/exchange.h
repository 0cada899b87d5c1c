#pragma once

#include "clusterd/apiserver/request_info.h"
#include "clusterd/apiserver/user.h"
#include "core/http/server.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// One request and its answer, on their way through the stages.
struct Exchange {
    http::Request &request;
    http::ResponseWriter &writer;
    RequestInfo info = {};
    UserInfo user = {};
    std::vector<std::string> warnings = {}; ///< sent as Warning headers

    std::string_view param(std::string_view name) const { return request.target.param(name); }
};

/// Headers of every response: content type, no caching, warnings.
http::Headers responseHeaders(const Exchange &exchange, std::string_view contentType);

Task<> sendJson(Exchange &exchange, int status, std::vector<http::Chunk> body);
Task<> sendJson(Exchange &exchange, int status, std::string body);
Task<> sendText(Exchange &exchange, int status, std::string body);
/// The failure as a Status, with Retry-After where it says when to come again. Does nothing when a response has begun.
Task<> sendFailure(Exchange &exchange, Status status);

} // namespace coracle::apiserver
