#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/health.h"
#include "clusterd/apiserver/options.h"

#include <mutex>
#include <string>

namespace coracle::apiserver {

/// Paths that are not resources: discovery, /version, health, OpenAPI, metrics, the OpenID documents.
class SystemHandlers {
public:
    SystemHandlers(const ApiServerOptions &options, const ResourceTable &resources, const HealthChecks &health);

    /// Answers in every case.
    Task<> handle(Exchange &exchange);

private:
    Task<Result<>> dispatch(Exchange &exchange);
    Task<Result<>> discover(Exchange &exchange);
    Task<Result<>> openapi(Exchange &exchange);
    std::string versionDocument() const;
    std::string paths() const;
    std::string metrics() const;

    const ApiServerOptions &m_options;
    const ResourceTable &m_resources;
    const HealthChecks &m_health;
    SteadyTime m_started;
    std::once_flag m_openApiOnce;
    std::string m_openApiIndex; ///< made at the first request
};

} // namespace coracle::apiserver
