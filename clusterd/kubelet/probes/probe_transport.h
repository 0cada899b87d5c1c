#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace coracle::kubelet {

struct HttpCheck {
    std::string scheme; ///< "http" or "https"; certificates are not verified
    std::string host;
    uint16_t port = 0;
    std::string path; ///< with query
    std::vector<std::pair<std::string, std::string>> headers;
};

struct HttpOutcome {
    int status = 0;
    std::string body; ///< its beginning
};

/// The network part of probes and hooks; an interface so that simulations and tests need no servers.
class ProbeTransport {
public:
    virtual ~ProbeTransport() = default;
    virtual Task<Result<HttpOutcome>> http(HttpCheck check, std::chrono::seconds timeout) = 0;
    virtual Task<Result<>> tcp(std::string host, uint16_t port, std::chrono::seconds timeout) = 0;
    virtual Task<Result<>> grpc(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout) = 0;
};

/// Over core/http and grpc++.
ProbeTransport &networkProbeTransport();

} // namespace coracle::kubelet
