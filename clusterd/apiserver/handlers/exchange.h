#pragma once

#include "clusterd/apiserver/handlers/body_source.h"
#include "clusterd/apiserver/handlers/negotiation.h"
#include "clusterd/apiserver/request_info.h"
#include "clusterd/apiserver/user.h"
#include "core/api/schema.h"
#include "core/base/random.h"
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
    std::string auditId = {};               ///< sent as Audit-Id; empty: none

    std::string_view param(std::string_view name) const { return request.target.param(name); }
    std::string_view accept() const { return request.headers.get("Accept"); }
};

/// What names the request in audit logs: the client's own Audit-Id, or a new one.
std::string auditIdOf(const http::Request &request, Random &random);

/// Whether JSON is laid out for people: ?pretty=, or a client that shows answers to people (curl, browsers).
bool asksPretty(const Exchange &exchange);

/// Headers of every response: content type, no caching, audit id, warnings.
http::Headers responseHeaders(const Exchange &exchange, std::string_view contentType);

/// Sends a body: whole where it is short, otherwise while it is made, and then compressed where the client takes that.
/// Ends early when the peer goes away.
Task<> sendBody(Exchange &exchange, int status, http::Headers headers, BodySourcePtr body);

/// Sends a body of the encoding; JSON laid out where that is asked for.
Task<> sendEncoded(Exchange &exchange, int status, Negotiated form, BodySourcePtr body);
/// Sends a document in the negotiated encoding. The type is for protobuf; the text names its kind, an apiVersion that
/// it lacks is v1.
Task<> sendDocument(Exchange &exchange, int status, Negotiated form, const api::TypeInfo &type, std::string json);

Task<> sendJson(Exchange &exchange, int status, std::string body);
Task<> sendText(Exchange &exchange, int status, std::string body);
/// The failure as a Status in the encoding that the client takes (JSON when there is none), with Retry-After where it
/// says when to come again. Does nothing when a response has begun.
Task<> sendFailure(Exchange &exchange, Status status);

} // namespace coracle::apiserver
