#pragma once

#include "clusterd/apiserver/handlers/exchange.h"
#include "clusterd/apiserver/handlers/output.h"
#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/registry/registry.h"

namespace coracle::apiserver {

class ConnectHandlers;

/// Requests on resources: finds the resource, reads options and body, calls the registry and writes the answer.
class ResourceHandlers {
public:
    ResourceHandlers(Registry &registry, const ResourceTable &resources, Random &random, ConnectHandlers *connect,
                     std::chrono::seconds watchTimeoutMin);

    /// The request was authorized. Answers in every case.
    Task<> handle(Exchange &exchange);

private:
    Task<Result<>> dispatch(Exchange &exchange, RequestScope &scope);
    Task<Result<>> dispatchSubresource(Exchange &exchange, RequestScope &scope);
    Task<Result<>> get(Exchange &exchange, RequestScope &scope);
    Task<Result<>> list(Exchange &exchange, RequestScope &scope);
    Task<Result<>> watch(Exchange &exchange, RequestScope &scope);
    Task<Result<>> create(Exchange &exchange, RequestScope &scope);
    Task<Result<>> update(Exchange &exchange, RequestScope &scope);
    Task<Result<>> patch(Exchange &exchange, RequestScope &scope);
    Task<Result<>> remove(Exchange &exchange, RequestScope &scope);
    Task<Result<>> removeCollection(Exchange &exchange, RequestScope &scope);
    Task<Result<>> act(Exchange &exchange, RequestScope &scope, CreateAction &action);
    Task<Result<>> bind(Exchange &exchange, RequestScope &scope);
    Task<Result<>> evict(Exchange &exchange, RequestScope &scope);
    /// Before a write, so that nothing is written that cannot be answered.
    Result<OutputForm> outputForm(const Exchange &exchange, const RequestScope &scope, Answer answer) const;
    Task<Result<>> sendObject(Exchange &exchange, RequestScope &scope, OutputForm form, int code,
                              api::ObjectPtr object);
    Task<Result<>> sendStatus(Exchange &exchange, RequestScope &scope, Negotiated form, int code, std::string status);

    Registry &m_registry;
    const ResourceTable &m_resources;
    Random &m_random;
    std::chrono::seconds m_watchTimeout;
    ConnectHandlers *m_connect; ///< null: pods' and nodes' streams are not served
};

} // namespace coracle::apiserver
