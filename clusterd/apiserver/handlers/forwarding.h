#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "core/http/client.h"

#include <memory>
#include <string>

/// Passing requests on to another server and its answer back, byte by byte.
namespace coracle::apiserver {

/// Sends the request's method, body and end-to-end headers to the target and streams the answer to the client.
/// Credentials of the client are not passed on.
Task<Result<>> forwardRequest(Exchange &exchange, std::shared_ptr<http::Client> client, std::string target);

/// Switches protocols on both sides and copies until one ends. The peer's refusal becomes the client's answer.
Task<Result<>> forwardUpgrade(Exchange &exchange, std::shared_ptr<http::Client> client, std::string target);

/// Streams an answer's body after its head has been sent.
Task<> streamBody(Exchange &exchange, http::ClientResponse &response);

} // namespace coracle::apiserver
