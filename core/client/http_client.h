#pragma once

#include "core/client/client.h"

#include <memory>

namespace coracle::http {
class Client;
}

namespace coracle::client {

/// A Client that speaks to an API server over HTTP. The bearer token may be empty (client certificates are the http
/// client's matter).
std::unique_ptr<Client> createHttpClient(std::shared_ptr<http::Client> http, std::string bearerToken = {});

} // namespace coracle::client
