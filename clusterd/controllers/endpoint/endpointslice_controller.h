#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

namespace coracle::controllers {

/// Keeps the EndpointSlices of services that have a selector.
/// Reads: Services, Pods, Nodes (zones), EndpointSlices. Writes: EndpointSlices that it manages.
class EndpointSliceController final : public Controller {
public:
    explicit EndpointSliceController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_services;
    client::Informer &m_pods;
    client::Informer &m_nodes;
    client::Informer &m_slices;
};

} // namespace coracle::controllers
