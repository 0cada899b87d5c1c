#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/appliance/certificates.h"
#include "clusterd/appliance/configuration.h"
#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/log_buffer.h"
#include "clusterd/appliance/registries.h"
#include "clusterd/appliance/status.h"
#include "clusterd/appliance/trial.h"
#include "clusterd/metrics/metrics_store.h"
#include "core/base/random.h"
#include "core/client/client.h"
#include "core/http/server.h"

#include <memory>

namespace coracle::appliance {

/// What the appliance API stands on. Everything referred to outlives it.
struct ApplianceParts {
    client::Client &client; ///< as an administrator
    apiserver::Authenticator &authenticator;
    Random &random;
    Executor executor; ///< long work runs here; serial
    Trial &trial;
    ConfigurationSource configuration;
    StatusParts status;
    RegistryParts registries;
    std::string caHash; ///< of the cluster's CA, for join tokens
    LogBuffer &log;
    DataParts data;
    CertificateAccess certificates;
    /// Whether the API answers. Called on any thread.
    std::function<bool()> apiReady;
    /// Ends the process in good order and starts it again.
    std::function<void()> restart;
};

/// /appliance/v1: what the machine and the distribution are and do, beside the Kubernetes API. Its contract is
/// openapi.json. Requests come in on any thread; for members of system:masters on the unix socket only.
class Appliance {
public:
    explicit Appliance(ApplianceParts parts);
    Appliance(const Appliance &) = delete;
    Appliance &operator=(const Appliance &) = delete;
    ~Appliance(); ///< stop() must have ended

    /// On the executor.
    void start();
    /// After each round of measurements.
    void measured(const metrics::MetricsStore &store);
    /// Ends long work and all streams.
    Task<> stop();

    /// Answers what is below /appliance on a unix socket, and hands everything else on.
    http::Handler handler(http::Handler next);

    /// All routes, "GET /status", for checks against the contract.
    std::vector<std::string> routes() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The contract: OpenAPI 3.0.
std::string_view openApiDocument();

} // namespace coracle::appliance
