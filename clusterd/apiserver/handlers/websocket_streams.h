#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "core/http/client.h"

#include <memory>
#include <string>

/// Streams for clients that speak WebSocket (KEP-4006), over kubelets that speak SPDY.
namespace coracle::apiserver {

/// Which streams an exec or attach asks for.
struct StreamSet {
    bool stdin = false, stdout = false, stderr = false, tty = false;
};

/// exec and attach: messages of v5.channel.k8s.io and v4.channel.k8s.io (the first byte is the channel) to and from the
/// streams of the kubelet's SPDY session.
Task<Result<>> translateWebSocket(Exchange &exchange, std::shared_ptr<http::Client> kubelet, std::string target,
                                  StreamSet streams);

/// portforward: the bytes of a SPDY connection inside WebSocket messages.
Task<Result<>> tunnelWebSocket(Exchange &exchange, std::shared_ptr<http::Client> kubelet, std::string target);

} // namespace coracle::apiserver
