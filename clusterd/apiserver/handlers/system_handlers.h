#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/health.h"
#include "clusterd/apiserver/options.h"

#include <functional>
#include <mutex>
#include <string>

namespace coracle::apiserver {

/// Paths that are not resources: discovery, /version, health, OpenAPI, metrics, the OpenID documents.
class SystemHandlers {
public:
    /// refreshMetrics is called before the text of /metrics is made.
    SystemHandlers(const ApiServerOptions &options, const ResourceTable &resources, const HealthChecks &health,
                   std::function<void()> refreshMetrics);

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
    std::function<void()> m_refreshMetrics;
    std::string openApiIndex();

    std::mutex m_openApiMutex;
    std::string m_openApiIndex;    ///< made at the first request
    uint64_t m_openApiIndexOf = 0; ///< the table's generation that the index describes
};

} // namespace coracle::apiserver
