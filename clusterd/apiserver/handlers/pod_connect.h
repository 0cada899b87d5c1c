#pragma once

#include "clusterd/apiserver/handlers/connect_handlers.h"
#include "clusterd/apiserver/handlers/node_connector.h"
#include "clusterd/apiserver/registry/reader.h"

#include <boost/json/object.hpp>

namespace coracle::apiserver {

/// log, exec, attach and portforward of pods over their nodes' kubelets, and the proxies of pods, services and nodes.
class ClusterConnect final : public ConnectHandlers {
public:
    ClusterConnect(const Reader &reader, NodeConnector &nodes) : m_reader(reader), m_nodes(nodes) {}

    Task<Result<>> handle(Exchange &exchange, RequestScope &scope) override;

private:
    struct Pod {
        boost::json::object object;
        std::string node; ///< empty: not scheduled
    };
    Result<Pod> findPod(const RequestScope &scope) const;
    Result<std::shared_ptr<http::Client>> kubeletOf(const Pod &pod, const RequestScope &scope);
    Task<Result<>> log(Exchange &exchange, RequestScope &scope);
    Task<Result<>> stream(Exchange &exchange, RequestScope &scope);
    Task<Result<>> proxy(Exchange &exchange, RequestScope &scope);

    const Reader &m_reader;
    NodeConnector &m_nodes;
};

} // namespace coracle::apiserver
