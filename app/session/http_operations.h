#pragma once

#include "app/session/network_thread.h"
#include "app/session/session.h"

namespace coracle::http {
class Client;
}

/// What a LiveSession does on the network thread.
namespace coracle::app {

using HttpClientPtr = std::shared_ptr<http::Client>;

void startRequest(NetworkThread &network, HttpClientPtr client, ApiRequest request, QPointer<QObject> context,
                  Session::Decode decode);
[[nodiscard]] Subscription startStream(NetworkThread &network, HttpClientPtr client, ApiRequest request,
                                       QPointer<QObject> context, Session::StreamHandlers handlers);
[[nodiscard]] std::unique_ptr<Channel> startChannel(NetworkThread &network, HttpClientPtr client, ApiRequest request,
                                                    QStringList protocols);

} // namespace coracle::app
