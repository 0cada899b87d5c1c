#pragma once

#include "app/session/http_operations.h"

namespace coracle::app {

/// Listens on 127.0.0.1 and carries every connection to the pod's port over a connection of its own to the API server:
/// SPDY/3.1 with the protocol portforward.k8s.io, one stream for the data and one for errors. Both directions have
/// back-pressure. Runs on the network thread until the subscription ends.
[[nodiscard]] Subscription startForward(NetworkThread &network, HttpClientPtr client, ForwardTarget target,
                                        QPointer<QObject> context, ForwardHandlers handlers);

} // namespace coracle::app
