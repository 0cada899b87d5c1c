#pragma once

#include "app/session/api_request.h"
#include "core/http/client.h"

namespace coracle::app {

/// The request as it goes over the wire. The header must come within a minute; streams lift that.
http::ClientRequest httpRequest(const ApiRequest &request);

} // namespace coracle::app
